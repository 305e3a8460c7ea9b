-- Who may do what: users, roles, sessions, keys, the audit log, settings, the licence.

CREATE TABLE {schema}.roles (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL UNIQUE,
  permissions        jsonb       NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);

CREATE TABLE {schema}.users (
  id                 bigserial   PRIMARY KEY,
  email              text        NOT NULL UNIQUE,
  name               text        NOT NULL DEFAULT '',
  password_hash      text,       -- PHC string; null until an invitation is accepted
  role               text        NOT NULL CHECK (role IN ('admin', 'manager', 'viewer', 'custom')),
  role_id            bigint      REFERENCES {schema}.roles (id),
  permissions        jsonb,      -- of a custom user without a shared role
  status             text        NOT NULL CHECK (status IN ('active', 'invited', 'disabled')),
  paused_by_license  boolean     NOT NULL DEFAULT false,
  must_change_password boolean   NOT NULL DEFAULT false,
  totp_secret        text,       -- sealed
  totp_last_step     bigint,
  recovery_hashes    text[]      NOT NULL DEFAULT '{}',
  last_login_at      timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);

-- Rows to be locked by whoever must be alone: changing the number of seats, appending to the audit log.
CREATE TABLE {schema}.locks (
  name               text        PRIMARY KEY
);
INSERT INTO {schema}.locks (name) VALUES ('seats'), ('audit');

CREATE TABLE {schema}.sessions (
  token_hash         bytea       PRIMARY KEY,
  id                 uuid        NOT NULL UNIQUE,
  user_id            bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  kind               text        NOT NULL CHECK (kind IN ('browser', 'bearer')),
  address            inet,
  user_agent         text        NOT NULL DEFAULT '',
  created_at         timestamptz NOT NULL,
  last_seen_at       timestamptz NOT NULL,
  expires_at         timestamptz NOT NULL
);
CREATE INDEX sessions_user ON {schema}.sessions (user_id);

CREATE TABLE {schema}.api_keys (
  id                 bigserial   PRIMARY KEY,
  user_id            bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  name               text        NOT NULL,
  token_hash         bytea       NOT NULL UNIQUE,
  last_four          text        NOT NULL,
  permissions        jsonb,      -- null: all the user has
  created_at         timestamptz NOT NULL,
  last_used_at       timestamptz,
  expires_at         timestamptz
);
CREATE INDEX api_keys_user ON {schema}.api_keys (user_id);

-- Single-use links: an invitation or a password reset.
CREATE TABLE {schema}.invitations (
  token_hash         bytea       PRIMARY KEY,
  user_id            bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  purpose            text        NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
  created_at         timestamptz NOT NULL,
  expires_at         timestamptz NOT NULL,
  used_at            timestamptz
);
CREATE INDEX invitations_user ON {schema}.invitations (user_id);

CREATE TABLE {schema}.audit_log (
  seq                bigint      PRIMARY KEY,
  at                 timestamptz NOT NULL,
  actor              text        NOT NULL,
  action             text        NOT NULL,
  subject            text        NOT NULL,
  before             jsonb,
  after              jsonb,
  address            inet,
  previous_hash      text        NOT NULL,
  hash               text        NOT NULL
);

CREATE TABLE {schema}.idempotency_keys (
  actor              text        NOT NULL,
  key                text        NOT NULL,
  fingerprint        text        NOT NULL,
  status             int,        -- null while the first request runs
  headers            jsonb,
  body               bytea,
  created_at         timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);

CREATE TABLE {schema}.settings (
  key                text        PRIMARY KEY,
  value              jsonb       NOT NULL,
  updated_at         timestamptz NOT NULL
);

-- One row: this tenant as an instance of its licence.
CREATE TABLE {schema}.license (
  id                 smallint    PRIMARY KEY CHECK (id = 1),
  instance_uid       text        NOT NULL,
  license_key        text,       -- sealed
  key_last_four      text,
  jwks               jsonb,      -- the licence server's public keys as last seen
  state              jsonb       NOT NULL,  -- leases and refusals as signed, and the clock
  updated_at         timestamptz NOT NULL
);
