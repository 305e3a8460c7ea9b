-- Resellers: what they may sell and at what price they buy, who of theirs signs in, what their customers have, what is
-- owed for it; and brands. Amounts are minor units of the reseller's currency.

CREATE TABLE license.resellers (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      NOT NULL UNIQUE REFERENCES license.customers (id),  -- who gets the statements' invoices
  name                 text        NOT NULL,
  status               text        NOT NULL CHECK (status IN ('active', 'suspended')),
  suspended_at         timestamptz,
  grace_until          timestamptz,            -- of a suspended one: until then its customers keep working
  customers_cut_at     timestamptz,            -- when that grace ended and their licences were suspended
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  wholesale            text        NOT NULL CHECK (wholesale IN ('percentage', 'fixed', 'price_list')),
  discount             int         CHECK (discount BETWEEN 0 AND 10000),  -- hundredths of a percent off our price
  max_licenses         int         NOT NULL CHECK (max_licenses BETWEEN 0 AND 1000000),
  max_instances        int         NOT NULL CHECK (max_instances BETWEEN 0 AND 10000000),
  white_label          boolean     NOT NULL,
  may_hide_powered_by  boolean     NOT NULL,
  grace_days           int         NOT NULL CHECK (grace_days BETWEEN 1 AND 365),
  portal_domain        text        UNIQUE,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK ((wholesale = 'percentage') = (discount IS NOT NULL)),
  CHECK ((status = 'suspended') = (grace_until IS NOT NULL)),
  CHECK ((suspended_at IS NULL) = (grace_until IS NULL))
);

-- The plans a reseller may sell.
CREATE TABLE license.reseller_plans (
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id) ON DELETE CASCADE,
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  PRIMARY KEY (reseller_id, plan_id)
);

-- What a reseller pays: for each plan of a price list, and with no plan for a fixed price of any plan.
CREATE TABLE license.reseller_wholesale_prices (
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id) ON DELETE CASCADE,
  plan_id              bigint      REFERENCES license.plans (id),
  period               text        NOT NULL CHECK (period IN ('month', 'year')),
  amount               bigint      NOT NULL CHECK (amount >= 0)
);
CREATE UNIQUE INDEX reseller_wholesale_prices_one ON license.reseller_wholesale_prices
  (reseller_id, coalesce(plan_id, 0), period);

-- What a reseller asks of its own customers.
CREATE TABLE license.reseller_retail_prices (
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id) ON DELETE CASCADE,
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  period               text        NOT NULL CHECK (period IN ('month', 'year')),
  amount               bigint      NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (reseller_id, plan_id, period)
);

ALTER TABLE license.customers ADD COLUMN reseller_id bigint REFERENCES license.resellers (id);
CREATE INDEX customers_reseller ON license.customers (reseller_id) WHERE reseller_id IS NOT NULL;

CREATE TABLE license.reseller_users (
  id                   bigserial   PRIMARY KEY,
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id) ON DELETE CASCADE,
  email                text        NOT NULL UNIQUE,
  name                 text        NOT NULL DEFAULT '',
  password_hash        text,                   -- PHC string; null until the invitation is taken up
  role                 text        NOT NULL CHECK (role IN ('owner', 'manager', 'viewer')),
  status               text        NOT NULL CHECK (status IN ('active', 'disabled')),
  last_login_at        timestamptz,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL
);
CREATE INDEX reseller_users_reseller ON license.reseller_users (reseller_id);

CREATE TABLE license.reseller_invitations (
  token_hash           bytea       PRIMARY KEY,
  user_id              bigint      NOT NULL REFERENCES license.reseller_users (id) ON DELETE CASCADE,
  expires_at           timestamptz NOT NULL,
  used_at              timestamptz
);
CREATE INDEX reseller_invitations_user ON license.reseller_invitations (user_id);

CREATE TABLE license.reseller_sessions (
  token_hash           bytea       PRIMARY KEY,
  user_id              bigint      NOT NULL REFERENCES license.reseller_users (id) ON DELETE CASCADE,
  address              inet,
  user_agent           text        NOT NULL DEFAULT '',
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX reseller_sessions_user ON license.reseller_sessions (user_id);

CREATE TABLE license.reseller_api_keys (
  id                   bigserial   PRIMARY KEY,
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id) ON DELETE CASCADE,
  name                 text        NOT NULL,
  token_hash           bytea       NOT NULL UNIQUE,
  hint                 text        NOT NULL,   -- the token's last four characters
  access               text        NOT NULL CHECK (access IN ('read', 'write')),
  created_at           timestamptz NOT NULL,
  last_used_at         timestamptz,
  revoked_at           timestamptz
);
CREATE INDEX reseller_api_keys_reseller ON license.reseller_api_keys (reseller_id);

-- The licences that resellers sold, and how they go on.
CREATE TABLE license.reseller_licenses (
  license_id           bigint      PRIMARY KEY REFERENCES license.licenses (id),
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id),
  period               text        NOT NULL CHECK (period IN ('month', 'year')),
  retail               bigint      NOT NULL CHECK (retail >= 0),  -- for one period
  renews               boolean     NOT NULL,
  anchor_at            timestamptz NOT NULL,   -- the first period's start; all later ones are counted from it
  period_end           timestamptz NOT NULL,   -- of the newest period that is charged
  suspended_with       boolean     NOT NULL DEFAULT false,  -- suspended because its reseller is
  created_at           timestamptz NOT NULL
);
CREATE INDEX reseller_licenses_reseller ON license.reseller_licenses (reseller_id);
CREATE INDEX reseller_licenses_due ON license.reseller_licenses (period_end) WHERE renews;

CREATE TABLE license.reseller_statements (
  id                   bigserial   PRIMARY KEY,
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id),
  month                date        NOT NULL,   -- its first day
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  wholesale            bigint      NOT NULL CHECK (wholesale >= 0),
  retail               bigint      NOT NULL CHECK (retail >= 0),
  periods              int         NOT NULL CHECK (periods > 0),
  invoice_id           bigint      UNIQUE REFERENCES license.invoices (id),  -- null: nothing was owed
  issued_at            timestamptz NOT NULL,
  UNIQUE (reseller_id, month),
  CHECK ((wholesale = 0) = (invoice_id IS NULL))
);

-- The margin ledger: one row for each period of a licence, written when the period begins and never changed but for
-- the statement that it comes to stand on.
CREATE TABLE license.reseller_charges (
  id                   bigserial   PRIMARY KEY,
  reseller_id          bigint      NOT NULL REFERENCES license.resellers (id),
  license_id           bigint      NOT NULL REFERENCES license.licenses (id),
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  period               text        NOT NULL CHECK (period IN ('month', 'year')),
  period_start         timestamptz NOT NULL,
  period_end           timestamptz NOT NULL,
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  wholesale            bigint      NOT NULL CHECK (wholesale >= 0),
  retail               bigint      NOT NULL CHECK (retail >= 0),
  charged_at           timestamptz NOT NULL,
  statement_id         bigint      REFERENCES license.reseller_statements (id),
  UNIQUE (license_id, period_start),
  CHECK (period_start < period_end)
);
CREATE INDEX reseller_charges_reseller ON license.reseller_charges (reseller_id, id);
CREATE INDEX reseller_charges_open ON license.reseller_charges (reseller_id, charged_at) WHERE statement_id IS NULL;

-- The brand of a reseller or of a customer: one for each of its domains, and one without a domain for all others.
CREATE TABLE license.brands (
  id                   bigserial   PRIMARY KEY,
  reseller_id          bigint      REFERENCES license.resellers (id) ON DELETE CASCADE,
  customer_id          bigint      REFERENCES license.customers (id) ON DELETE CASCADE,
  domain               text,                   -- a tracker's public domain, lower case; null: all others
  domain_hash          text,                   -- as trackers tell it
  settings             jsonb       NOT NULL,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK ((reseller_id IS NULL) <> (customer_id IS NULL)),
  CHECK ((domain IS NULL) = (domain_hash IS NULL))
);
CREATE UNIQUE INDEX brands_of_reseller ON license.brands (reseller_id, coalesce(domain, ''))
  WHERE reseller_id IS NOT NULL;
CREATE UNIQUE INDEX brands_of_customer ON license.brands (customer_id, coalesce(domain, ''))
  WHERE customer_id IS NOT NULL;
