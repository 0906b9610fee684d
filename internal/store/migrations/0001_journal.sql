-- +goose Up
-- The log, the lease that says who may write it, and what follows from it. One text for both databases: clustered becomes WITHOUT ROWID in
-- SQLite, busy becomes a fill factor in PostgreSQL. Times are milliseconds since 1970 UTC; days are numbered in the centre's own zone.

CREATE TABLE lease (
  domain BIGINT NOT NULL, epoch BIGINT NOT NULL, beat BIGINT NOT NULL, owner TEXT NOT NULL, node TEXT NOT NULL, addr TEXT NOT NULL,
  next_seq BIGINT NOT NULL, next_contact BIGINT NOT NULL, last_at BIGINT NOT NULL, counted_seq BIGINT NOT NULL,
  PRIMARY KEY (domain)
) /*clustered*/ /*busy*/;

CREATE TABLE event (
  domain BIGINT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL, at BIGINT NOT NULL, day BIGINT NOT NULL,
  kind TEXT NOT NULL, contact BIGINT NOT NULL, agent BIGINT NOT NULL, body JSONB NOT NULL,
  PRIMARY KEY (domain, seq)
) /*clustered*/;
CREATE INDEX event_contact ON event (domain, contact, seq) WHERE contact > 0;

CREATE TABLE command (
  domain BIGINT NOT NULL, client TEXT NOT NULL, command TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, result TEXT,
  PRIMARY KEY (domain, client, command)
) /*clustered*/;

CREATE TABLE snapshot (
  domain BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, body BYTEA NOT NULL,
  PRIMARY KEY (domain, seq)
);

CREATE TABLE contact (
  domain BIGINT NOT NULL, id BIGINT NOT NULL, created BIGINT NOT NULL, queue BIGINT NOT NULL, last_queue BIGINT NOT NULL,
  channel TEXT NOT NULL, priority BIGINT NOT NULL, state TEXT NOT NULL, agent BIGINT NOT NULL,
  answered BIGINT NOT NULL, ended BIGINT NOT NULL, closed BIGINT NOT NULL,
  wait_ms BIGINT NOT NULL, talk_ms BIGINT NOT NULL, wrap_ms BIGINT NOT NULL,
  offers BIGINT NOT NULL, lapses BIGINT NOT NULL, moves BIGINT NOT NULL, promises BIGINT NOT NULL,
  reason BIGINT NOT NULL, outcome TEXT NOT NULL, how TEXT NOT NULL, why JSONB,
  brand BIGINT NOT NULL, market BIGINT NOT NULL, customer BIGINT NOT NULL, case_id BIGINT NOT NULL, attrs JSONB,
  PRIMARY KEY (domain, id)
) /*clustered*/;
CREATE INDEX contact_queue ON contact (domain, queue, created);
CREATE INDEX contact_agent ON contact (domain, agent, created) WHERE agent > 0;
CREATE INDEX contact_customer ON contact (domain, customer, created) WHERE customer > 0;

CREATE TABLE iv15 (
  domain BIGINT NOT NULL, slot BIGINT NOT NULL, queue BIGINT NOT NULL, channel TEXT NOT NULL,
  arrived BIGINT NOT NULL, turned_away BIGINT NOT NULL, answered BIGINT NOT NULL, answered_in BIGINT NOT NULL,
  abandoned BIGINT NOT NULL, abandoned_in BIGINT NOT NULL, abandoned_short BIGINT NOT NULL, promised BIGINT NOT NULL,
  handed_off BIGINT NOT NULL, unanswered BIGINT NOT NULL, moved BIGINT NOT NULL,
  wait_ms BIGINT NOT NULL, wait_max_ms BIGINT NOT NULL, abandon_ms BIGINT NOT NULL, talk_ms BIGINT NOT NULL, wrap_ms BIGINT NOT NULL,
  h0 BIGINT NOT NULL, h1 BIGINT NOT NULL, h2 BIGINT NOT NULL, h3 BIGINT NOT NULL, h4 BIGINT NOT NULL, h5 BIGINT NOT NULL,
  h6 BIGINT NOT NULL, h7 BIGINT NOT NULL, h8 BIGINT NOT NULL, h9 BIGINT NOT NULL, h10 BIGINT NOT NULL, h11 BIGINT NOT NULL,
  a0 BIGINT NOT NULL, a1 BIGINT NOT NULL, a2 BIGINT NOT NULL, a3 BIGINT NOT NULL, a4 BIGINT NOT NULL, a5 BIGINT NOT NULL,
  a6 BIGINT NOT NULL, a7 BIGINT NOT NULL, a8 BIGINT NOT NULL, a9 BIGINT NOT NULL, a10 BIGINT NOT NULL, a11 BIGINT NOT NULL,
  PRIMARY KEY (domain, slot, queue, channel)
) /*clustered*/;

CREATE TABLE ivday (
  domain BIGINT NOT NULL, slot BIGINT NOT NULL, queue BIGINT NOT NULL, channel TEXT NOT NULL,
  arrived BIGINT NOT NULL, turned_away BIGINT NOT NULL, answered BIGINT NOT NULL, answered_in BIGINT NOT NULL,
  abandoned BIGINT NOT NULL, abandoned_in BIGINT NOT NULL, abandoned_short BIGINT NOT NULL, promised BIGINT NOT NULL,
  handed_off BIGINT NOT NULL, unanswered BIGINT NOT NULL, moved BIGINT NOT NULL,
  wait_ms BIGINT NOT NULL, wait_max_ms BIGINT NOT NULL, abandon_ms BIGINT NOT NULL, talk_ms BIGINT NOT NULL, wrap_ms BIGINT NOT NULL,
  h0 BIGINT NOT NULL, h1 BIGINT NOT NULL, h2 BIGINT NOT NULL, h3 BIGINT NOT NULL, h4 BIGINT NOT NULL, h5 BIGINT NOT NULL,
  h6 BIGINT NOT NULL, h7 BIGINT NOT NULL, h8 BIGINT NOT NULL, h9 BIGINT NOT NULL, h10 BIGINT NOT NULL, h11 BIGINT NOT NULL,
  a0 BIGINT NOT NULL, a1 BIGINT NOT NULL, a2 BIGINT NOT NULL, a3 BIGINT NOT NULL, a4 BIGINT NOT NULL, a5 BIGINT NOT NULL,
  a6 BIGINT NOT NULL, a7 BIGINT NOT NULL, a8 BIGINT NOT NULL, a9 BIGINT NOT NULL, a10 BIGINT NOT NULL, a11 BIGINT NOT NULL,
  PRIMARY KEY (domain, slot, queue, channel)
) /*clustered*/;

CREATE TABLE agent15 (
  domain BIGINT NOT NULL, slot BIGINT NOT NULL, agent BIGINT NOT NULL,
  offered BIGINT NOT NULL, accepted BIGINT NOT NULL, declined BIGINT NOT NULL, lapsed BIGINT NOT NULL, withdrawn BIGINT NOT NULL,
  connected BIGINT NOT NULL, consulted BIGINT NOT NULL, free_ms BIGINT NOT NULL, direct_ms BIGINT NOT NULL, paused_ms BIGINT NOT NULL,
  away_ms BIGINT NOT NULL, ringing_ms BIGINT NOT NULL, talking_ms BIGINT NOT NULL, wrapping_ms BIGINT NOT NULL, lost_ms BIGINT NOT NULL,
  PRIMARY KEY (domain, slot, agent)
) /*clustered*/;

CREATE TABLE agentday (
  domain BIGINT NOT NULL, slot BIGINT NOT NULL, agent BIGINT NOT NULL,
  offered BIGINT NOT NULL, accepted BIGINT NOT NULL, declined BIGINT NOT NULL, lapsed BIGINT NOT NULL, withdrawn BIGINT NOT NULL,
  connected BIGINT NOT NULL, consulted BIGINT NOT NULL, free_ms BIGINT NOT NULL, direct_ms BIGINT NOT NULL, paused_ms BIGINT NOT NULL,
  away_ms BIGINT NOT NULL, ringing_ms BIGINT NOT NULL, talking_ms BIGINT NOT NULL, wrapping_ms BIGINT NOT NULL, lost_ms BIGINT NOT NULL,
  PRIMARY KEY (domain, slot, agent)
) /*clustered*/;
