-- +goose Up
-- Who takes calls on the desk phone; everybody else on the browser.
CREATE TABLE phone_line (domain BIGINT NOT NULL, person BIGINT NOT NULL, PRIMARY KEY (domain, person));
