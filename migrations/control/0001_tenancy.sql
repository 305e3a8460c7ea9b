-- What the whole installation knows: who its tenants are and where each lives. Only the DDL role reads this schema.

CREATE TABLE control.installation (
  id                 smallint    PRIMARY KEY CHECK (id = 1),
  tenancy            text        NOT NULL CHECK (tenancy IN ('multi', 'single')),
  journal_role       text,
  journal_secret     text,       -- its password, sealed with SECRET_KEY
  created_at         timestamptz NOT NULL
);

CREATE TABLE control.tenants (
  id                 bigserial   PRIMARY KEY,
  slug               text        NOT NULL UNIQUE,
  name               text        NOT NULL,
  schema_name        text        NOT NULL UNIQUE,
  role_secret        text,       -- the tenant login's password, sealed; null in single-tenant mode
  status             text        NOT NULL CHECK (status IN ('building', 'active', 'suspended', 'deleted')),
  is_default         boolean     NOT NULL DEFAULT false,
  shard              text        NOT NULL DEFAULT 'main',
  created_at         timestamptz NOT NULL,
  status_changed_at  timestamptz NOT NULL
);

CREATE UNIQUE INDEX tenants_one_default ON control.tenants (is_default) WHERE is_default;

CREATE TABLE control.domains (
  host               text        PRIMARY KEY,
  tenant_id          bigint      NOT NULL REFERENCES control.tenants (id) ON DELETE CASCADE,
  origin             text        NOT NULL CHECK (origin IN ('control', 'verified')),
  created_at         timestamptz NOT NULL
);

CREATE INDEX domains_tenant ON control.domains (tenant_id);

-- Migrated, empty, granted schemas that wait for their tenant, so that sign-up takes milliseconds.
CREATE TABLE control.schema_pool (
  schema_name        text        PRIMARY KEY,
  role_secret        text        NOT NULL,
  built_at           timestamptz NOT NULL
);

CREATE TABLE control.audit_log (
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
