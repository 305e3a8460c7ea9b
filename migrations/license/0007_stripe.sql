-- What Stripe calls our customers and what we sell, which of its events have been taken in, and how far. `mode` is that
-- of the account's key: what the test mode knows the live mode does not.

CREATE TABLE license.stripe_customers (
  mode                 text        NOT NULL CHECK (mode IN ('test', 'live')),
  customer_id          bigint      NOT NULL REFERENCES license.customers (id),
  stripe_id            text        NOT NULL UNIQUE,
  created_at           timestamptz NOT NULL,
  PRIMARY KEY (mode, customer_id)
);

-- What was made at Stripe for a plan, a price, a tax rate or a coupon of ours.
CREATE TABLE license.stripe_catalogue (
  mode                 text        NOT NULL CHECK (mode IN ('test', 'live')),
  kind                 text        NOT NULL CHECK (kind IN
    ('product', 'price', 'tax_rate', 'coupon_month', 'coupon_year')),
  our_id               bigint      NOT NULL,
  stripe_id            text        NOT NULL,
  created_at           timestamptz NOT NULL,
  PRIMARY KEY (mode, kind, our_id),
  UNIQUE (kind, stripe_id)
);

-- Checkouts that customers were sent to. While one is open, asking again leads to the same one.
CREATE TABLE license.stripe_checkouts (
  stripe_id            text        PRIMARY KEY,
  subscription_id      bigint      NOT NULL REFERENCES license.subscriptions (id),
  created_at           timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX stripe_checkouts_subscription ON license.stripe_checkouts (subscription_id, created_at);

CREATE TABLE license.stripe_disputes (
  stripe_id            text        PRIMARY KEY,
  invoice_id           bigint      NOT NULL REFERENCES license.invoices (id),
  status               text        NOT NULL,
  reason               text        NOT NULL,
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount >= 0),
  opened_at            timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL
);
CREATE INDEX stripe_disputes_invoice ON license.stripe_disputes (invoice_id);

-- How new the state is that we have of each of Stripe's objects: an event that is not newer is not believed but asked
-- about. `version` counts the changes, so that of two at once the second one notices the first.
CREATE TABLE license.stripe_objects (
  id                   text        PRIMARY KEY,
  as_of                timestamptz NOT NULL,   -- by Stripe's clock, in whole seconds
  version              bigint      NOT NULL
);

-- The events taken in, each written in the transaction of its effect.
CREATE TABLE license.stripe_events (
  id                   text        PRIMARY KEY,
  type                 text        NOT NULL,
  object_id            text        NOT NULL,
  outcome              text        NOT NULL CHECK (outcome IN ('applied', 'ignored')),
  created_at           timestamptz NOT NULL,   -- when it happened, by Stripe's clock
  received_at          timestamptz NOT NULL
);
CREATE INDEX stripe_events_received ON license.stripe_events (received_at);
