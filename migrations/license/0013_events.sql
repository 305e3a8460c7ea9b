-- What is told to other systems and people (webhooks, e-mails), and how other systems come in (API keys, request log).

-- Something that happened, as it is told: the body that every receiver gets.
CREATE TABLE license.vendor_events (
  id                   uuid        PRIMARY KEY,  -- sent as webhook-id
  type                 text        NOT NULL,
  customer_id          bigint      REFERENCES license.customers (id) ON DELETE SET NULL,
  reseller_id          bigint      REFERENCES license.resellers (id) ON DELETE SET NULL,
  body                 text        NOT NULL,     -- signed to the byte, so not jsonb
  created_at           timestamptz NOT NULL
);
CREATE INDEX vendor_events_age ON license.vendor_events (created_at);

-- Of a customer, of a reseller, or, with neither, of the vendor.
CREATE TABLE license.webhook_endpoints (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      REFERENCES license.customers (id) ON DELETE CASCADE,
  reseller_id          bigint      REFERENCES license.resellers (id) ON DELETE CASCADE,
  url                  text        NOT NULL CHECK (octet_length(url) <= 2000),
  description          text        NOT NULL DEFAULT '',
  event_types          text[]      NOT NULL DEFAULT '{}',  -- empty: all
  status               text        NOT NULL CHECK (status IN ('enabled', 'disabled')),
  disabled_reason      text,
  secret               text        NOT NULL,     -- sealed
  former_secret        text,                     -- sealed; signs as well until the time below
  former_secret_until  timestamptz,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK (customer_id IS NULL OR reseller_id IS NULL),
  CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
  CHECK ((former_secret IS NULL) = (former_secret_until IS NULL))
);
CREATE INDEX webhook_endpoints_customer ON license.webhook_endpoints (customer_id);
CREATE INDEX webhook_endpoints_reseller ON license.webhook_endpoints (reseller_id);

-- An event for an endpoint: a place in the queue until it has ended, then a line of the log.
CREATE TABLE license.webhook_deliveries (
  id                   bigserial   PRIMARY KEY,
  event_id             uuid        NOT NULL REFERENCES license.vendor_events (id) ON DELETE CASCADE,
  endpoint_id          bigint      NOT NULL REFERENCES license.webhook_endpoints (id) ON DELETE CASCADE,
  state                text        NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead', 'cancelled')),
  attempts             int         NOT NULL DEFAULT 0,
  due_at               timestamptz NOT NULL,     -- while it is claimed, the end of the lease
  lease                uuid,
  problem              text,
  response_status      int,
  response_body        text        NOT NULL DEFAULT '',
  attempted_at         timestamptz,
  took_ms              int,
  created_at           timestamptz NOT NULL,
  ended_at             timestamptz,
  UNIQUE (event_id, endpoint_id),
  CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_due ON license.webhook_deliveries (endpoint_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_next ON license.webhook_deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_endpoint ON license.webhook_deliveries (endpoint_id, id);

-- E-mails: queued, sent, failed. The content is written when the mail is sent, from the template's own fields.
CREATE TABLE license.mails (
  id                   uuid        PRIMARY KEY,
  template             text        NOT NULL,
  fields               jsonb       NOT NULL,
  recipient            text        NOT NULL,
  customer_id          bigint      REFERENCES license.customers (id) ON DELETE SET NULL,
  reseller_id          bigint      REFERENCES license.resellers (id) ON DELETE SET NULL,
  state                text        NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  subject              text        NOT NULL DEFAULT '',
  attempts             int         NOT NULL DEFAULT 0,
  problem              text,
  created_at           timestamptz NOT NULL,
  attempted_at         timestamptz,
  ended_at             timestamptz,
  CHECK ((state = 'queued') = (ended_at IS NULL))
);
CREATE INDEX mails_age ON license.mails (created_at);
CREATE INDEX mails_recipient ON license.mails (recipient, id);
CREATE INDEX mails_open ON license.mails (state, id) WHERE state IN ('queued', 'failed');

-- Long-lived bearer tokens of members of the staff, customers or resellers.
CREATE TABLE license.api_keys (
  id                   bigserial   PRIMARY KEY,
  token_hash           bytea       NOT NULL UNIQUE,  -- SHA-256
  last_four            text        NOT NULL,
  name                 text        NOT NULL,
  staff_id             bigint      REFERENCES license.staff (id) ON DELETE CASCADE,
  customer_id          bigint      REFERENCES license.customers (id) ON DELETE CASCADE,
  reseller_id          bigint      REFERENCES license.resellers (id) ON DELETE CASCADE,
  permissions          jsonb       NOT NULL,     -- never more than its owner's
  expires_at           timestamptz,
  last_used_at         timestamptz,
  revoked_at           timestamptz,
  created_at           timestamptz NOT NULL,
  CHECK (num_nonnulls(staff_id, customer_id, reseller_id) = 1)
);
CREATE INDEX api_keys_staff ON license.api_keys (staff_id);
CREATE INDEX api_keys_customer ON license.api_keys (customer_id);
CREATE INDEX api_keys_reseller ON license.api_keys (reseller_id);

-- Answered API requests: never a body, a query or a token.
CREATE TABLE license.request_log (
  id                   bigserial   PRIMARY KEY,
  at                   timestamptz NOT NULL,
  request_id           text        NOT NULL,
  method               text        NOT NULL,
  route                text        NOT NULL,     -- with placeholders: /api/licenses/{id}
  status               int         NOT NULL,
  took_ms              int         NOT NULL,
  actor                text        NOT NULL DEFAULT '',
  api_key_id           bigint,
  address              inet
);
CREATE INDEX request_log_at ON license.request_log (at);
CREATE INDEX request_log_key ON license.request_log (api_key_id, id) WHERE api_key_id IS NOT NULL;
CREATE INDEX request_log_status ON license.request_log (status, id) WHERE status >= 400;
