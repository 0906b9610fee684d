-- +goose Up
-- Text messages that the centre sends. The id is the sequence number of the message's fact in the log, written in one transaction with what decided that it is sent.
-- The key says what it is for, so that nothing is said twice. State: waiting, sending (handed to the provider, whose answer has not come), sent, failed, expired.
CREATE TABLE text_message (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, key TEXT NOT NULL, purpose TEXT NOT NULL, contact BIGINT NOT NULL, brand BIGINT NOT NULL,
  recipient TEXT NOT NULL, sender TEXT NOT NULL, words TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, cost_ore BIGINT NOT NULL,
  at BIGINT NOT NULL, next_at BIGINT NOT NULL, expires BIGINT NOT NULL, settled BIGINT NOT NULL, cause TEXT NOT NULL, PRIMARY KEY (domain, id)) /*clustered*/;
CREATE UNIQUE INDEX text_message_key ON text_message (domain, key);
CREATE INDEX text_message_open ON text_message (domain, next_at) WHERE settled = 0;
CREATE INDEX text_message_at ON text_message (domain, at);
-- Surveys by link: a secret that is kept as its hash leads to one contact until an instant. Queue, team and partner are as they were when the contact ended.
CREATE TABLE survey_link (
  domain BIGINT NOT NULL, hash TEXT NOT NULL, contact BIGINT NOT NULL, queue BIGINT NOT NULL, brand BIGINT NOT NULL, team BIGINT NOT NULL,
  partner BIGINT NOT NULL, channel TEXT NOT NULL, language TEXT NOT NULL, at BIGINT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (domain, hash)) /*clustered*/;
CREATE UNIQUE INDEX survey_link_contact ON survey_link (domain, contact);
CREATE INDEX survey_link_until ON survey_link (domain, until);
