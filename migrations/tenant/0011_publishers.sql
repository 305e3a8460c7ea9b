-- Publishers and their commissions.

-- Who sends visitors for a share of what they bring: `pub={id}` in the tracking link.
CREATE TABLE {schema}.publishers (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  email              text,
  status             text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
  currency           text        NOT NULL,
  schedule           text        NOT NULL CHECK (schedule IN ('weekly', 'biweekly', 'monthly')),
  net_days           int         NOT NULL CHECK (net_days BETWEEN 0 AND 365),
  minimum_micros     bigint      NOT NULL DEFAULT 0 CHECK (minimum_micros >= 0),  -- less is carried over
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX publishers_name ON {schema}.publishers (name) WHERE archived_at IS NULL;

-- As the link said it; there need not be such a publisher.
ALTER TABLE {schema}.clicks ADD COLUMN publisher_id bigint;
ALTER TABLE {schema}.conversions ADD COLUMN publisher_id bigint;
CREATE INDEX conversions_parent ON {schema}.conversions (parent_id) WHERE parent_id IS NOT NULL;

-- What kinds of conversions there are. A type that is not here earns revenue and counts as no conversion.
CREATE TABLE {schema}.conversion_types (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  title              text        NOT NULL,
  counts             boolean     NOT NULL,  -- as a conversion in reports, CR and CPA
  earns              boolean     NOT NULL,  -- its payout is revenue
  is_predefined      boolean     NOT NULL DEFAULT false,
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  CHECK (name <> 'sale' OR (counts AND earns AND archived_at IS NULL))
);
CREATE UNIQUE INDEX conversion_types_name ON {schema}.conversion_types (name) WHERE archived_at IS NULL;
INSERT INTO {schema}.conversion_types (name, title, counts, earns, is_predefined, created_at, updated_at) VALUES
  ('sale', 'Sale', true, true, true, 'epoch', 'epoch'),
  ('lead', 'Lead', false, true, true, 'epoch', 'epoch'),
  ('upsell', 'Upsell', false, true, true, 'epoch', 'epoch'),
  ('rebill', 'Rebill', false, true, true, 'epoch', 'epoch'),
  ('registration', 'Registration', false, true, true, 'epoch', 'epoch'),
  ('ftd', 'First deposit', true, true, true, 'epoch', 'epoch'),
  ('deposit', 'Deposit', false, true, true, 'epoch', 'epoch'),
  ('qualified', 'Qualified', false, true, true, 'epoch', 'epoch'),
  ('revenue_share', 'Revenue share', false, true, true, 'epoch', 'epoch');

-- What a publisher gets for a conversion. What is null does not matter to the rule.
CREATE TABLE {schema}.commission_rules (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  publisher_id       bigint      CONSTRAINT rule_publisher_id_fkey REFERENCES {schema}.publishers (id),
  offer_id           bigint      CONSTRAINT rule_offer_id_fkey REFERENCES {schema}.offers (id),
  network_id         bigint      CONSTRAINT rule_network_id_fkey REFERENCES {schema}.networks (id),
  type               text,
  goal               text,
  status             text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
  currency           text        NOT NULL,
  terms              jsonb       NOT NULL,  -- model, amount, percent, minimum, tiers
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX commission_rules_scope
  ON {schema}.commission_rules (publisher_id, offer_id, network_id, type, goal) NULLS NOT DISTINCT
  WHERE archived_at IS NULL;

-- Statements are never changed: what happens to one is a row of its own.
CREATE TABLE {schema}.payout_statements (
  id                 bigserial   PRIMARY KEY,
  publisher_id       bigint      NOT NULL REFERENCES {schema}.publishers (id),
  currency           text        NOT NULL,
  from_date          date        NOT NULL,  -- local days, both included
  to_date            date        NOT NULL,
  period_start       timestamptz NOT NULL,  -- the same, half-open
  period_end         timestamptz NOT NULL,
  due_date           date        NOT NULL,
  minimum_micros     bigint      NOT NULL,
  closed_by          text        NOT NULL,
  closed_at          timestamptz NOT NULL,
  UNIQUE (publisher_id, currency, period_end)
);

-- A statement that is locked is final: its lines and totals are as they stand here.
CREATE TABLE {schema}.payout_locks (
  statement_id       bigint      PRIMARY KEY REFERENCES {schema}.payout_statements (id),
  line_count         int         NOT NULL,
  carried_in_micros  bigint      NOT NULL,
  earned_micros      bigint      NOT NULL,
  adjusted_micros    bigint      NOT NULL,
  payable_micros     bigint      NOT NULL,
  carried_out_micros bigint      NOT NULL,
  locked_by          text        NOT NULL,
  locked_at          timestamptz NOT NULL,
  CHECK (carried_in_micros + earned_micros + adjusted_micros = payable_micros + carried_out_micros)
);

CREATE TABLE {schema}.payout_lines (
  statement_id       bigint      NOT NULL REFERENCES {schema}.payout_statements (id),
  number             int         NOT NULL,
  kind               text        NOT NULL CHECK (kind IN ('commission', 'adjustment')),
  at                 timestamptz NOT NULL,
  conversion_id      uuid        NOT NULL,
  detail             jsonb       NOT NULL,  -- what the line says besides
  amount_micros      bigint      NOT NULL,
  PRIMARY KEY (statement_id, number)
);

CREATE TABLE {schema}.payout_payments (
  statement_id       bigint      PRIMARY KEY REFERENCES {schema}.payout_locks (statement_id),
  reference          text        NOT NULL,
  paid_by            text        NOT NULL,
  paid_at            timestamptz NOT NULL
);

-- What a conversion earns its publisher, under the rule as it was then. At most one a conversion.
CREATE TABLE {schema}.commissions (
  conversion_id      uuid        PRIMARY KEY,
  publisher_id       bigint      NOT NULL REFERENCES {schema}.publishers (id),
  rule_id            bigint      NOT NULL,
  rule               jsonb       NOT NULL,  -- its name and terms
  type               text        NOT NULL,
  offer_id           bigint,
  earned_at          timestamptz NOT NULL,  -- when the conversion came
  base_micros        bigint      NOT NULL,  -- what a percentage is taken of, in the rule's currency
  base_missing       boolean     NOT NULL,  -- there was no rate into the rule's currency
  tier               int         NOT NULL,  -- 0 is the rule's own rate
  amount_micros      bigint      NOT NULL,
  currency           text        NOT NULL,
  status             text        NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'paid', 'reversed')),
  statement_id       bigint      REFERENCES {schema}.payout_statements (id),
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX commissions_publisher ON {schema}.commissions (publisher_id, earned_at);
CREATE INDEX commissions_open ON {schema}.commissions (publisher_id, currency, earned_at)
  WHERE statement_id IS NULL AND status = 'approved';
CREATE INDEX commissions_statement ON {schema}.commissions (statement_id) WHERE statement_id IS NOT NULL;

-- What became of a commission after its statement was locked.
CREATE TABLE {schema}.commission_adjustments (
  id                 bigserial   PRIMARY KEY,
  conversion_id      uuid        NOT NULL REFERENCES {schema}.commissions (conversion_id),
  publisher_id       bigint      NOT NULL,
  amount_micros      bigint      NOT NULL,
  currency           text        NOT NULL,
  reason             text        NOT NULL,
  at                 timestamptz NOT NULL,
  statement_id       bigint      REFERENCES {schema}.payout_statements (id)
);
CREATE INDEX commission_adjustments_conversion ON {schema}.commission_adjustments (conversion_id);
CREATE INDEX commission_adjustments_open ON {schema}.commission_adjustments (publisher_id, currency, at)
  WHERE statement_id IS NULL;
CREATE INDEX commission_adjustments_statement ON {schema}.commission_adjustments (statement_id)
  WHERE statement_id IS NOT NULL;
