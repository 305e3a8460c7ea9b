-- The customers' portal: how people prove who they are, and what they may do for which customer.

ALTER TABLE license.portal_users
  ADD COLUMN password_hash      text,                             -- null: signs in by e-mail link only
  ADD COLUMN totp_secret        text,                             -- under SECRET_KEY; null: no second factor
  ADD COLUMN totp_last_step     bigint,                           -- of the last code taken: each works once
  ADD COLUMN recovery_hashes    text[]      NOT NULL DEFAULT '{}',
  ADD COLUMN last_sign_in_at    timestamptz;

ALTER TABLE license.customer_members DROP CONSTRAINT customer_members_role_check;
UPDATE license.customer_members SET role = 'viewer' WHERE role = 'member';
ALTER TABLE license.customer_members
  ADD CONSTRAINT customer_members_role_check CHECK (role IN ('owner', 'admin', 'billing', 'viewer'));

ALTER TABLE license.sign_in_links
  ADD COLUMN purpose            text        NOT NULL DEFAULT 'sign_in'
    CHECK (purpose IN ('sign_in', 'reset_password'));

ALTER TABLE license.portal_sessions
  ADD COLUMN id                 bigserial   UNIQUE,               -- what its owner ends it by; the hash stays inside
  ADD COLUMN customer_id        bigint      REFERENCES license.customers (id) ON DELETE SET NULL,  -- chosen last
  ADD COLUMN lacks_second_factor boolean    NOT NULL DEFAULT false,  -- until the code is given it opens nothing
  ADD COLUMN verified_at        timestamptz,                      -- when its owner last proved who they are
  ADD COLUMN last_seen_at       timestamptz;
UPDATE license.portal_sessions SET verified_at = created_at, last_seen_at = created_at;
ALTER TABLE license.portal_sessions
  ALTER COLUMN verified_at SET NOT NULL,
  ALTER COLUMN last_seen_at SET NOT NULL;
CREATE INDEX portal_sessions_customer ON license.portal_sessions (customer_id);

CREATE TABLE license.team_invitations (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id) ON DELETE CASCADE,
  email                text        NOT NULL,
  role                 text        NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'viewer')),
  invited_by           text        NOT NULL,     -- an address, as the mail tells it
  token_hash           bytea       UNIQUE,       -- null until the mail with the link is sent
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL,
  UNIQUE (customer_id, email)
);
