-- Rates between currencies, and costs that were entered by hand.

-- One unit of `base` was worth `rate` of `currency` on this day.
CREATE TABLE {schema}.currency_rates (
  day                date        NOT NULL,
  base               text        NOT NULL,
  currency           text        NOT NULL,
  rate               bigint      NOT NULL CHECK (rate > 0),  -- in 1e-12
  origin             text        NOT NULL CHECK (origin IN ('manual', 'csv', 'ecb')),
  updated_at         timestamptz NOT NULL,
  PRIMARY KEY (day, base, currency),
  CHECK (base <> currency)
);

-- What the payout was converted with, and of which day that rate is; null when it was in the tenant's currency.
ALTER TABLE {schema}.conversions
  ADD COLUMN rate     bigint,
  ADD COLUMN rate_day date;

CREATE INDEX conversions_rate_missing ON {schema}.conversions (id) WHERE rate_missing;

-- Costs entered for many clicks at once: applied in steps, and undone from what the clicks cost before.
CREATE TABLE {schema}.cost_changes (
  id                 uuid        PRIMARY KEY,
  state              text        NOT NULL CHECK (state IN ('running', 'done', 'failed', 'undoing', 'undone')),
  request            jsonb       NOT NULL,
  clicks             bigint      NOT NULL,              -- that it is about
  done               bigint      NOT NULL DEFAULT 0,    -- of them
  last_click         uuid,                              -- the last that is done
  before_micros      bigint      NOT NULL,
  after_micros       bigint      NOT NULL,
  currency           text        NOT NULL,
  problem            text,
  made_by            text        NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX cost_changes_open ON {schema}.cost_changes (id) WHERE state IN ('running', 'undoing');

CREATE TABLE {schema}.cost_change_clicks (
  change_id          uuid        NOT NULL REFERENCES {schema}.cost_changes (id) ON DELETE CASCADE,
  click_id           uuid        NOT NULL,
  cost_micros        bigint      NOT NULL,  -- before
  currency           text        NOT NULL,
  new_cost_micros    bigint      NOT NULL,
  PRIMARY KEY (change_id, click_id)
);
