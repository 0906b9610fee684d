-- +goose Up
-- What agents begin is counted apart from what arrives: calls they place are neither arrivals nor answers.

ALTER TABLE contact ADD COLUMN placed BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE iv15 ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE iv15 ADD COLUMN placed_talk_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE iv15 ADD COLUMN placed_wrap_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ivday ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ivday ADD COLUMN placed_talk_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ivday ADD COLUMN placed_wrap_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agent15 ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agentday ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;

-- Files that belong to no message yet are looked for by age every hour.
CREATE INDEX file_loose ON file (domain, at) WHERE contact = 0;
