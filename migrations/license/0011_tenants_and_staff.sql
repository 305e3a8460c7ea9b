-- Hosted tenants and the staff's second factor.

-- Installations of the tracker that the vendor runs, each with its control API.
CREATE TABLE license.trackers (
  id                   bigserial   PRIMARY KEY,
  name                 text        NOT NULL UNIQUE,
  base_url             text        NOT NULL UNIQUE,  -- without a trailing slash
  sealed_token         text        NOT NULL,         -- its CONTROL_TOKEN under SECRET_KEY
  token_hint           text        NOT NULL,         -- the token's last four
  capacity             int         NOT NULL CHECK (capacity BETWEEN 1 AND 100000),  -- tenants
  status               text        NOT NULL CHECK (status IN ('active', 'draining')),
  version              text,                         -- what it said of itself at the last answer
  reported_tenants     int,
  makes_archives       boolean     NOT NULL DEFAULT false,
  last_seen_at         timestamptz,
  failing_since        timestamptz,                  -- null while it answers
  last_error           text,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL
);

CREATE TABLE license.hosted_tenants (
  id                   bigserial   PRIMARY KEY,
  slug                 text        NOT NULL,
  name                 text        NOT NULL,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  license_id           bigint      NOT NULL REFERENCES license.licenses (id),
  tracker_id           bigint      REFERENCES license.trackers (id),  -- null until it is placed
  domains              text[]      NOT NULL,
  admin_email          text        NOT NULL,
  status               text        NOT NULL
                       CHECK (status IN ('provisioning', 'active', 'suspended', 'failed', 'deleted', 'purged')),
  users                int,        -- as the tracker reported them at usage_at
  clicks_24h           bigint,
  schema_version       int,
  usage_at             timestamptz,
  archive_id           uuid,       -- the newest export, kept by its tracker
  archive_bytes        bigint,
  archive_sha256       text,
  archived_at          timestamptz,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL
);
-- A deleted one holds its slug and licence until its data is gone.
CREATE UNIQUE INDEX hosted_tenants_slug ON license.hosted_tenants (slug) WHERE status <> 'purged';
CREATE UNIQUE INDEX hosted_tenants_license ON license.hosted_tenants (license_id) WHERE status <> 'purged';
CREATE INDEX hosted_tenants_customer ON license.hosted_tenants (customer_id);
CREATE INDEX hosted_tenants_tracker ON license.hosted_tenants (tracker_id);

-- What is being done with a tenant, step by step, and what was. Whoever is killed half-way, the next one goes on here.
CREATE TABLE license.tenant_operations (
  id                   bigserial   PRIMARY KEY,
  tenant_id            bigint      NOT NULL REFERENCES license.hosted_tenants (id),
  kind                 text        NOT NULL
                       CHECK (kind IN ('provision', 'suspend', 'resume', 'move', 'export', 'delete', 'purge')),
  direction            text        NOT NULL CHECK (direction IN ('forward', 'back')),
  state                text        NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  step                 text        NOT NULL,
  position             int         NOT NULL,  -- how many steps are behind it; rises with each
  former_status        text        NOT NULL,  -- of the tenant, to go back to
  with_export          boolean     NOT NULL,
  source_id            bigint      REFERENCES license.trackers (id),
  target_id            bigint      REFERENCES license.trackers (id),
  archive_id           uuid        NOT NULL,
  archive_bytes        bigint,
  archive_sha256       text,
  transferred          bigint      NOT NULL DEFAULT 0,
  attempts             int         NOT NULL DEFAULT 0,  -- failed ones at the present step
  last_error           text,
  failure              text,       -- why it turned back
  requested_by         text        NOT NULL,
  started_at           timestamptz NOT NULL,
  step_at              timestamptz NOT NULL,
  finished_at          timestamptz
);
CREATE UNIQUE INDEX tenant_operations_one ON license.tenant_operations (tenant_id) WHERE state = 'running';
CREATE INDEX tenant_operations_tenant ON license.tenant_operations (tenant_id, id);

-- Links by which a hosted tenant's first admin gets to where they choose a password.
CREATE TABLE license.tenant_welcomes (
  token_hash           bytea       PRIMARY KEY,
  tenant_id            bigint      NOT NULL REFERENCES license.hosted_tenants (id) ON DELETE CASCADE,
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX tenant_welcomes_tenant ON license.tenant_welcomes (tenant_id);

-- Data that a tracker still keeps of a tenant that was moved away or deleted.
CREATE TABLE license.tenant_leftovers (
  tenant_id            bigint      NOT NULL REFERENCES license.hosted_tenants (id),
  tracker_id           bigint      NOT NULL REFERENCES license.trackers (id),
  purge_at             timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, tracker_id)
);

-- The second factor, sealed under SECRET_KEY; null without one.
ALTER TABLE license.staff
  ADD COLUMN totp_secret text,
  ADD COLUMN totp_last_step bigint,          -- a code works once
  ADD COLUMN recovery_hashes text[] NOT NULL DEFAULT '{}',  -- SHA-256 in hex, unused ones only
  ALTER COLUMN password_hash DROP NOT NULL,  -- null until the invitation is accepted
  DROP CONSTRAINT staff_status_check,
  ADD CONSTRAINT staff_status_check CHECK (status IN ('invited', 'active', 'disabled'));

CREATE TABLE license.staff_invitations (
  token_hash           bytea       PRIMARY KEY,
  staff_id             bigint      NOT NULL REFERENCES license.staff (id) ON DELETE CASCADE,
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX staff_invitations_staff ON license.staff_invitations (staff_id);

-- A session's name outside: its token's hash stays inside.
ALTER TABLE license.staff_sessions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX staff_sessions_id ON license.staff_sessions (id);

CREATE INDEX audit_log_actor ON license.audit_log (actor, seq);
CREATE INDEX audit_log_action ON license.audit_log (action, seq);
