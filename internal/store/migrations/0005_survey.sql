-- +goose Up
-- One answer for each contact that was asked; revised until the survey closes. Who answered stays with the contact; what was answered is counted here.
CREATE TABLE survey_answer (
  domain BIGINT NOT NULL, contact BIGINT NOT NULL, at BIGINT NOT NULL, queue BIGINT NOT NULL, brand BIGINT NOT NULL, team BIGINT NOT NULL,
  partner BIGINT NOT NULL, channel TEXT NOT NULL, reason BIGINT NOT NULL, version BIGINT NOT NULL, oks BIGINT NOT NULL, solved TEXT NOT NULL,
  comment TEXT NOT NULL, PRIMARY KEY (domain, contact)) /*clustered*/;
CREATE INDEX survey_answer_at ON survey_answer (domain, at);
