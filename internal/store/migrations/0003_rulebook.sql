-- +goose Up
CREATE TABLE rulebook (
  domain BIGINT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL, agent BIGINT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL,
  undoes BIGINT NOT NULL, lines BYTEA NOT NULL, used TEXT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (domain, version));
