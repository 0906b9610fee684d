-- +goose Up
-- Who is told what happens in the centre. Reached is the last entry of the log whose deliveries have been made; a removed subscription leaves its number behind.
CREATE TABLE webhook (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, url TEXT NOT NULL, kinds TEXT NOT NULL, sealed BYTEA NOT NULL, since BIGINT NOT NULL,
  made_by BIGINT NOT NULL, removed BIGINT NOT NULL, reached BIGINT NOT NULL, failures BIGINT NOT NULL, PRIMARY KEY (domain, id));
-- One thing to tell one subscriber. The id follows from the entry's sequence number, so that making it twice is seen.
CREATE TABLE webhook_delivery (
  domain BIGINT NOT NULL, hook BIGINT NOT NULL, id BIGINT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  attempts BIGINT NOT NULL, status BIGINT NOT NULL, error TEXT NOT NULL, next_at BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (domain, hook, id)) /*clustered*/;
CREATE INDEX webhook_delivery_due ON webhook_delivery (domain, hook, next_at, id) WHERE state = 'waiting';
