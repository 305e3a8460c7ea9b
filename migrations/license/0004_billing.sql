-- Who buys, what they owe, what they paid. Amounts are minor units of the row's currency.

CREATE TABLE license.customers (
  id                   bigserial   PRIMARY KEY,
  email                text        NOT NULL UNIQUE,
  name                 text        NOT NULL DEFAULT '',
  created_at           timestamptz NOT NULL
);

-- People who sign in to the portal, for one customer or several.
CREATE TABLE license.portal_users (
  id                   bigserial   PRIMARY KEY,
  email                text        NOT NULL UNIQUE,
  created_at           timestamptz NOT NULL
);

CREATE TABLE license.customer_members (
  customer_id          bigint      NOT NULL REFERENCES license.customers (id) ON DELETE CASCADE,
  portal_user_id       bigint      NOT NULL REFERENCES license.portal_users (id) ON DELETE CASCADE,
  role                 text        NOT NULL CHECK (role IN ('owner', 'member')),
  created_at           timestamptz NOT NULL,
  PRIMARY KEY (customer_id, portal_user_id)
);
CREATE INDEX customer_members_user ON license.customer_members (portal_user_id);

CREATE TABLE license.sign_in_links (
  token_hash           bytea       PRIMARY KEY,
  portal_user_id       bigint      NOT NULL REFERENCES license.portal_users (id) ON DELETE CASCADE,
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL,
  used_at              timestamptz
);
CREATE INDEX sign_in_links_user ON license.sign_in_links (portal_user_id);

CREATE TABLE license.portal_sessions (
  token_hash           bytea       PRIMARY KEY,
  portal_user_id       bigint      NOT NULL REFERENCES license.portal_users (id) ON DELETE CASCADE,
  address              inet,
  user_agent           text        NOT NULL DEFAULT '',
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX portal_sessions_user ON license.portal_sessions (portal_user_id);

CREATE TABLE license.subscriptions (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  price_id             bigint      NOT NULL REFERENCES license.prices (id),
  status               text        NOT NULL CHECK (status IN
    ('incomplete', 'trialing', 'active', 'past_due', 'suspended', 'canceled', 'expired')),
  provider             text        NOT NULL CHECK (provider IN ('manual')),
  anchor_at            timestamptz,            -- the first period's start; all later ones are counted from it
  period_start         timestamptz,
  period_end           timestamptz,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  CHECK ((period_start IS NULL) = (period_end IS NULL)),
  CHECK (period_start < period_end)
);
CREATE INDEX subscriptions_customer ON license.subscriptions (customer_id);

-- The last number given in each series. Its row lock is what leaves no gaps: a rolled-back invoice takes no number.
CREATE TABLE license.invoice_numbers (
  series               text        PRIMARY KEY,
  last                 bigint      NOT NULL
);

CREATE TABLE license.invoices (
  id                   bigserial   PRIMARY KEY,
  number               text        NOT NULL UNIQUE,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  subscription_id      bigint      REFERENCES license.subscriptions (id),
  status               text        NOT NULL CHECK (status IN ('open', 'paid')),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  subtotal             bigint      NOT NULL CHECK (subtotal >= 0),
  tax                  bigint      NOT NULL CHECK (tax >= 0),
  total                bigint      NOT NULL,
  issued_at            timestamptz NOT NULL,
  due_at               timestamptz NOT NULL,
  paid_at              timestamptz,
  CHECK (total = subtotal + tax),
  CHECK ((status = 'paid') = (paid_at IS NOT NULL))
);
CREATE INDEX invoices_customer ON license.invoices (customer_id);
CREATE INDEX invoices_subscription ON license.invoices (subscription_id);

CREATE TABLE license.invoice_lines (
  invoice_id           bigint      NOT NULL REFERENCES license.invoices (id),
  position             int         NOT NULL,
  description          text        NOT NULL,
  quantity             bigint      NOT NULL CHECK (quantity > 0),
  unit_amount          bigint      NOT NULL,
  amount               bigint      NOT NULL,
  PRIMARY KEY (invoice_id, position),
  CHECK (amount = quantity * unit_amount)
);

CREATE TABLE license.orders (
  id                   bigserial   PRIMARY KEY,
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  subscription_id      bigint      NOT NULL UNIQUE REFERENCES license.subscriptions (id),
  invoice_id           bigint      NOT NULL UNIQUE REFERENCES license.invoices (id),
  created_at           timestamptz NOT NULL
);

CREATE TABLE license.payments (
  id                   bigserial   PRIMARY KEY,
  invoice_id           bigint      NOT NULL UNIQUE REFERENCES license.invoices (id),
  provider             text        NOT NULL CHECK (provider IN ('manual')),
  reference            text        NOT NULL,
  currency             text        NOT NULL,
  amount               bigint      NOT NULL CHECK (amount > 0),
  received_at          timestamptz NOT NULL
);

CREATE TABLE license.ledger_accounts (
  code                 text        PRIMARY KEY,
  name                 text        NOT NULL,
  kind                 text        NOT NULL CHECK (kind IN ('asset', 'liability', 'income'))
);
INSERT INTO license.ledger_accounts (code, name, kind) VALUES
  ('cash', 'Cash', 'asset'),
  ('receivable', 'Accounts receivable', 'asset'),
  ('tax_payable', 'Tax payable', 'liability'),
  ('revenue', 'Subscription revenue', 'income');

CREATE TABLE license.ledger_entries (
  id                   bigserial   PRIMARY KEY,
  kind                 text        NOT NULL CHECK (kind IN ('invoice_issued', 'payment_received')),
  invoice_id           bigint      NOT NULL REFERENCES license.invoices (id),
  at                   timestamptz NOT NULL,
  UNIQUE (invoice_id, kind)
);

-- Debits are positive, credits negative; the postings of an entry add up to zero.
CREATE TABLE license.ledger_postings (
  entry_id             bigint      NOT NULL REFERENCES license.ledger_entries (id),
  account              text        NOT NULL REFERENCES license.ledger_accounts (code),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (entry_id, account, currency)
);
CREATE INDEX ledger_postings_account ON license.ledger_postings (account, currency);
