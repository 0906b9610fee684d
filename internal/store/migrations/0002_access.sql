-- +goose Up
CREATE TABLE credential (
  domain BIGINT NOT NULL, person BIGINT NOT NULL, password TEXT NOT NULL, totp BYTEA, totp_pending BYTEA, totp_last BIGINT NOT NULL,
  failures BIGINT NOT NULL, locked_until BIGINT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (domain, person));
CREATE TABLE session (
  domain BIGINT NOT NULL, hash TEXT NOT NULL, person BIGINT NOT NULL, pending BIGINT NOT NULL, browser TEXT NOT NULL,
  since BIGINT NOT NULL, seen BIGINT NOT NULL, proved BIGINT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (domain, hash));
CREATE INDEX session_person ON session (domain, person);
CREATE TABLE invitation (
  domain BIGINT NOT NULL, hash TEXT NOT NULL, person BIGINT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (domain, hash));
CREATE TABLE passkey (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, person BIGINT NOT NULL, credential BYTEA NOT NULL, name TEXT NOT NULL, body BYTEA NOT NULL,
  since BIGINT NOT NULL, used BIGINT NOT NULL, PRIMARY KEY (domain, id));
CREATE UNIQUE INDEX passkey_credential ON passkey (domain, credential);
CREATE TABLE api_key (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, hash TEXT NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL, grants TEXT NOT NULL,
  made_by BIGINT NOT NULL, since BIGINT NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (domain, id));
CREATE UNIQUE INDEX api_key_hash ON api_key (domain, hash);
CREATE TABLE preference (
  domain BIGINT NOT NULL, person BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (domain, person));
CREATE TABLE audit (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, agent BIGINT NOT NULL, api_key BIGINT NOT NULL, what TEXT NOT NULL,
  object TEXT NOT NULL, detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (domain, id));
