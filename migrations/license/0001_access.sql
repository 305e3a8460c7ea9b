-- The vendor's staff, what they did, and what a retried request was answered.

CREATE TABLE license.staff (
  id                   bigserial   PRIMARY KEY,
  email                text        NOT NULL UNIQUE,
  name                 text        NOT NULL DEFAULT '',
  password_hash        text        NOT NULL,   -- PHC string
  role                 text        NOT NULL CHECK (role IN ('admin', 'support', 'finance', 'viewer', 'custom')),
  permissions          jsonb,                  -- of a custom role; null for the others
  status               text        NOT NULL CHECK (status IN ('active', 'disabled')),
  must_change_password boolean     NOT NULL DEFAULT false,
  last_login_at        timestamptz,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK ((role = 'custom') = (permissions IS NOT NULL))
);

CREATE TABLE license.staff_sessions (
  token_hash           bytea       PRIMARY KEY,
  staff_id             bigint      NOT NULL REFERENCES license.staff (id) ON DELETE CASCADE,
  kind                 text        NOT NULL CHECK (kind IN ('browser', 'bearer')),
  address              inet,
  user_agent           text        NOT NULL DEFAULT '',
  created_at           timestamptz NOT NULL,
  last_seen_at         timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX staff_sessions_staff ON license.staff_sessions (staff_id);

-- Append-only; each row's hash covers the one before.
CREATE TABLE license.audit_log (
  seq                  bigint      PRIMARY KEY,
  at                   timestamptz NOT NULL,
  actor                text        NOT NULL,
  action               text        NOT NULL,
  subject              text        NOT NULL,
  before               jsonb,
  after                jsonb,
  address              inet,
  previous_hash        text        NOT NULL,
  hash                 text        NOT NULL
);
CREATE INDEX audit_log_subject ON license.audit_log (subject, seq);

-- The one row that every append locks, so that the chain has no forks.
CREATE TABLE license.audit_head (
  id                   smallint    PRIMARY KEY CHECK (id = 1)
);
INSERT INTO license.audit_head (id) VALUES (1);

CREATE TABLE license.idempotency_keys (
  actor                text        NOT NULL,
  key                  text        NOT NULL,
  fingerprint          bytea       NOT NULL,   -- SHA-256 of the request
  status               int,                    -- null while the first request runs
  content_type         text,
  location             text,
  body                 bytea,
  created_at           timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_age ON license.idempotency_keys (created_at);

CREATE TABLE license.settings (
  key                  text        PRIMARY KEY,
  value                jsonb       NOT NULL,
  updated_at           timestamptz NOT NULL
);
