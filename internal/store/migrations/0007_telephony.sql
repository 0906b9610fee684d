-- +goose Up
-- Calls. The id is the sequence number of the call's fact in the log, which is written before the call is answered. An outcome that is empty says that
-- the call goes on, or that the program stopped in the middle of it.
CREATE TABLE call (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, contact BIGINT NOT NULL, direction TEXT NOT NULL, line TEXT NOT NULL, trunk TEXT NOT NULL,
  brand BIGINT NOT NULL, queue BIGINT NOT NULL, language TEXT NOT NULL, number TEXT NOT NULL, customer BIGINT NOT NULL, known TEXT NOT NULL,
  agent BIGINT NOT NULL, began BIGINT NOT NULL, answered BIGINT NOT NULL, connected BIGINT NOT NULL, ended BIGINT NOT NULL, outcome TEXT NOT NULL,
  cause TEXT NOT NULL, PRIMARY KEY (domain, id)) /*clustered*/;
CREATE INDEX call_open ON call (domain, id) WHERE outcome = '';
CREATE INDEX call_contact ON call (domain, contact);
-- Who else has been in a call: agents, advisers, numbers outside, leaders who listened.
CREATE TABLE call_party (
  domain BIGINT NOT NULL, call BIGINT NOT NULL, party BIGINT NOT NULL, kind TEXT NOT NULL, agent BIGINT NOT NULL, number TEXT NOT NULL,
  began BIGINT NOT NULL, ended BIGINT NOT NULL, PRIMARY KEY (domain, call, party)) /*clustered*/;
-- A recording is never without its basis. The sound lies sealed in a file beside the database; its key lies here, sealed with the master key.
CREATE TABLE recording (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, call BIGINT NOT NULL, contact BIGINT NOT NULL, brand BIGINT NOT NULL, queue BIGINT NOT NULL,
  agent BIGINT NOT NULL, purpose TEXT NOT NULL, basis TEXT NOT NULL CHECK (basis <> ''), state TEXT NOT NULL, file TEXT NOT NULL, sealed BYTEA NOT NULL,
  began BIGINT NOT NULL, ended BIGINT NOT NULL, duration_ms BIGINT NOT NULL, bytes BIGINT NOT NULL, keep_until BIGINT NOT NULL,
  deleted_by BIGINT NOT NULL, PRIMARY KEY (domain, id));
CREATE INDEX recording_contact ON recording (domain, contact);
CREATE INDEX recording_keep ON recording (domain, keep_until) WHERE state <> 'deleted';
-- The number to ring for a promise, and what is said when it is answered.
CREATE TABLE call_promise (
  domain BIGINT NOT NULL, contact BIGINT NOT NULL, number TEXT NOT NULL, line TEXT NOT NULL, language TEXT NOT NULL, customer BIGINT NOT NULL,
  known TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (domain, contact));
-- Where somebody stood who fell out of the queue: found again by who calls and who they are. Numbers are hashed.
CREATE TABLE place_kept (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, caller TEXT NOT NULL, customer BIGINT NOT NULL, queue BIGINT NOT NULL, waited_ms BIGINT NOT NULL,
  at BIGINT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (domain, id));
CREATE TABLE prompt (
  domain BIGINT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, duration_ms BIGINT NOT NULL, bytes BIGINT NOT NULL,
  body BYTEA NOT NULL, PRIMARY KEY (domain, key));
CREATE TABLE trunk_secret (
  domain BIGINT NOT NULL, trunk TEXT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (domain, trunk));
-- What calls out have cost, a line for each minute begun, written before it is spent.
CREATE TABLE spend (
  domain BIGINT NOT NULL, call BIGINT NOT NULL, minute BIGINT NOT NULL, agent BIGINT NOT NULL, at BIGINT NOT NULL, cost_ore BIGINT NOT NULL,
  PRIMARY KEY (domain, call, minute)) /*clustered*/;
CREATE INDEX spend_at ON spend (domain, at);
CREATE INDEX customer_number ON customer (domain, number) WHERE number <> '';
