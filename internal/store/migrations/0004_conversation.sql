-- +goose Up
-- What was said, by whom, and who the customers are. A message's id is the sequence number of its fact in the log.
CREATE TABLE message (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, contact BIGINT NOT NULL, author TEXT NOT NULL, agent BIGINT NOT NULL, name TEXT NOT NULL,
  text TEXT NOT NULL, code TEXT NOT NULL, files TEXT NOT NULL, at BIGINT NOT NULL, read_at BIGINT NOT NULL, client_key TEXT NOT NULL,
  PRIMARY KEY (domain, id)) /*clustered*/;
CREATE INDEX message_contact ON message (domain, contact, id);
-- Internal remarks: a table of their own, so that no query for the customer can ever meet one.
CREATE TABLE note (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, contact BIGINT NOT NULL, agent BIGINT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (domain, id)) /*clustered*/;
CREATE INDEX note_contact ON note (domain, contact, id);
CREATE TABLE draft (
  domain BIGINT NOT NULL, person BIGINT NOT NULL, contact BIGINT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (domain, person, contact, kind)) /*clustered*/;
CREATE TABLE file (
  domain BIGINT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes BIGINT NOT NULL, owner TEXT NOT NULL,
  contact BIGINT NOT NULL, at BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (domain, id));
CREATE TABLE customer (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, number TEXT NOT NULL,
  language TEXT NOT NULL, remark TEXT NOT NULL, since BIGINT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (domain, id));
CREATE TABLE customer_address (
  domain BIGINT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, customer BIGINT NOT NULL, PRIMARY KEY (domain, kind, value)) /*clustered*/;
CREATE INDEX customer_address_customer ON customer_address (domain, customer);
CREATE TABLE visitor (
  domain BIGINT NOT NULL, hash TEXT NOT NULL, brand BIGINT NOT NULL, customer BIGINT NOT NULL, verified BIGINT NOT NULL, contact BIGINT NOT NULL,
  since BIGINT NOT NULL, PRIMARY KEY (domain, hash));
-- What the screens say of one contact beyond the log: the customer's page and language.
CREATE TABLE thread (
  domain BIGINT NOT NULL, contact BIGINT NOT NULL, customer BIGINT NOT NULL, verified BIGINT NOT NULL, language TEXT NOT NULL, page TEXT NOT NULL,
  visitor TEXT NOT NULL, customer_read BIGINT NOT NULL, agent_read BIGINT NOT NULL, PRIMARY KEY (domain, contact)) /*clustered*/;
CREATE TABLE brand_secret (
  domain BIGINT NOT NULL, brand BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (domain, brand));
