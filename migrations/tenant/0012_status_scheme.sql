-- The status scheme and reviews.

-- Both say more of the status and never contradict it: it alone decides what counts.
ALTER TABLE {schema}.conversions
  ADD COLUMN scheme_status text CHECK (
    scheme_status IN ('cart', 'checkout', 'pending', 'sale', 'on_hold', 'refunded', 'chargeback', 'cancelled')),
  ADD COLUMN review        text CHECK (review IN ('pending', 'approved', 'rejected'));

CREATE INDEX conversions_review ON {schema}.conversions (created_at, id) WHERE review = 'pending';

ALTER TABLE {schema}.conversion_history
  ADD COLUMN from_scheme text,
  ADD COLUMN to_scheme   text,
  ADD COLUMN note        text;  -- of whoever decided

-- Whose approved conversions wait for somebody here. The most specific rule wins; without one they count at once.
CREATE TABLE {schema}.approval_rules (
  id                 bigserial   PRIMARY KEY,
  offer_id           bigint      CONSTRAINT rule_offer_id_fkey REFERENCES {schema}.offers (id),
  network_id         bigint      CONSTRAINT rule_network_id_fkey REFERENCES {schema}.networks (id),
  type               text,                 -- null: every type
  approval           text        NOT NULL CHECK (approval IN ('auto', 'manual')),
  created_at         timestamptz NOT NULL,
  CONSTRAINT approval_rules_one_place CHECK (offer_id IS NULL OR network_id IS NULL),
  CONSTRAINT approval_rules_place_type UNIQUE NULLS NOT DISTINCT (offer_id, network_id, type)
);

-- Decisions about many conversions at once, under way or over.
CREATE TABLE {schema}.conversion_changes (
  id                 uuid        PRIMARY KEY,
  decision           text        NOT NULL,  -- a status, approve or reject
  note               text        NOT NULL,
  made_by            text        NOT NULL,
  state              text        NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  done               int         NOT NULL DEFAULT 0,
  total              int         NOT NULL,
  results            jsonb       NOT NULL DEFAULT '{}',
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX conversion_changes_created ON {schema}.conversion_changes (created_at);
