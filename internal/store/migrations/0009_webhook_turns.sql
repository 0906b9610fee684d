-- +goose Up
-- The secret before the present one, which signs beside it until old_until; and since when a subscription is stopped because nobody took what it told (0: it runs).
ALTER TABLE webhook ADD COLUMN sealed_old BYTEA;
ALTER TABLE webhook ADD COLUMN old_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN stopped BIGINT NOT NULL DEFAULT 0;
