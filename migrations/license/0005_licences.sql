-- Licences, their keys, and the instances that run on them.

CREATE TABLE license.licenses (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  subscription_id      bigint      UNIQUE REFERENCES license.subscriptions (id),  -- issued once per subscription
  status               text        NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
  expires_at           timestamptz,            -- null: never
  overdue_until        timestamptz,            -- unpaid, it stays usable from expires_at to here
  max_instances        int         NOT NULL CHECK (max_instances BETWEEN 1 AND 100000),
  transfer_allowance   int         NOT NULL DEFAULT 3 CHECK (transfer_allowance >= 0),  -- moves in 30 days
  overrides            jsonb       NOT NULL DEFAULT '{}',
  seq                  bigint      NOT NULL DEFAULT 0,  -- of the newest lease or decision that changed something
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK (overdue_until IS NULL OR overdue_until >= expires_at)
);
CREATE INDEX licenses_customer ON license.licenses (customer_id);

CREATE TABLE license.license_keys (
  key_hash             bytea       PRIMARY KEY,  -- SHA-256
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  last_four            text        NOT NULL,
  sealed               text        NOT NULL,     -- the key under SECRET_KEY, for its owner's portal
  created_at           timestamptz NOT NULL,
  valid_until          timestamptz               -- set when a newer key replaces it
);
CREATE UNIQUE INDEX license_keys_current ON license.license_keys (license_id) WHERE valid_until IS NULL;

CREATE TABLE license.instances (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  fingerprint_hash     bytea       NOT NULL,     -- SHA-256
  domain_hash          text,                     -- of its canonical public domain; another one is a transfer
  hostname             text        NOT NULL,
  version              text        NOT NULL,
  state                text        NOT NULL CHECK (state IN ('active', 'deactivated', 'banned')),
  slot_held_until      timestamptz,  -- of a deactivated one: until then another instance in its slot is a transfer
  issued_seq           bigint      NOT NULL DEFAULT 0,  -- of the newest lease it was given
  acknowledged_seq     bigint      NOT NULL DEFAULT 0,  -- of the newest one it said to have
  clone_watch          jsonb,                           -- what speaks for two copies of it at work
  usage                jsonb       NOT NULL DEFAULT '{}',
  first_seen_at        timestamptz NOT NULL,
  last_seen_at         timestamptz NOT NULL,
  UNIQUE (license_id, fingerprint_hash)
);

-- Moves to another machine or address, counted against the allowance.
CREATE TABLE license.transfers (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  instance_id          bigint      NOT NULL REFERENCES license.instances (id) ON DELETE CASCADE,
  kind                 text        NOT NULL CHECK (kind IN ('moved', 'rebound')),
  at                   timestamptz NOT NULL
);
CREATE INDEX transfers_license ON license.transfers (license_id, at);

-- The public halves of all keys that ever signed, so that an emptied key directory is noticed.
CREATE TABLE license.signing_keys (
  kid                  text        PRIMARY KEY,
  public_key           bytea       NOT NULL,
  first_seen_at        timestamptz NOT NULL
);
