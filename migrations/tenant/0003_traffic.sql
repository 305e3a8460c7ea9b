-- What happens: clicks by the million, conversions by the thousand, and how far the journal has been drained.

-- Partitioned by ts, which is exactly the id's millisecond; partitions are made by the DDL role (no default one).
CREATE TABLE {schema}.clicks (
  id                 uuid        NOT NULL,
  ts                 timestamptz NOT NULL,
  status             text        NOT NULL,  -- ok | blocked | capped
  campaign_id        bigint      NOT NULL,
  flow_id            bigint,
  landing_id         bigint,
  offer_id           bigint,
  source_id          bigint,
  network_id         bigint,
  country            text,
  region             text,
  city               text,
  isp                text,
  os                 text,
  browser            text,
  device             text,
  language           text,
  referrer_domain    text,
  external_id        text,
  visitor_id         uuid,
  ip                 inet,
  referrer           text,
  user_agent         text,
  cost_micros        bigint      NOT NULL DEFAULT 0,
  currency           text        NOT NULL,
  is_unique          boolean     NOT NULL DEFAULT false,
  fraud_score        smallint,
  trace              text[]      NOT NULL DEFAULT '{}',
  sub1               text,
  sub2               text,
  sub3               text,
  sub4               text,
  sub5               text,
  sub6               text,
  sub7               text,
  sub8               text,
  sub9               text,
  sub10              text,
  sub11              text,
  sub12              text,
  sub13              text,
  sub14              text,
  sub15              text,
  sub16              text,
  sub17              text,
  sub18              text,
  sub19              text,
  sub20              text,
  sub21              text,
  sub22              text,
  sub23              text,
  sub24              text,
  sub25              text,
  sub26              text,
  sub27              text,
  sub28              text,
  sub29              text,
  sub30              text,
  PRIMARY KEY (id, ts)
) PARTITION BY RANGE (ts);
CREATE INDEX clicks_ts ON {schema}.clicks USING brin (ts) WITH (pages_per_range = 32);

-- Money in micros of its currency; revenue and cost in the tenant's. No key to clicks: it would hinder dropping partitions.
CREATE TABLE {schema}.conversions (
  id                 uuid        PRIMARY KEY,
  click_id           uuid        NOT NULL,
  click_ts           timestamptz NOT NULL,
  parent_id          uuid        REFERENCES {schema}.conversions (id),
  type               text        NOT NULL,
  status             text        NOT NULL CHECK (status IN ('lead', 'sale', 'hold', 'rejected', 'trash')),
  original_status    text,
  txid               text,
  seq                int         NOT NULL DEFAULT 0,
  goal               text,
  payout_micros      bigint      NOT NULL DEFAULT 0,
  currency           text        NOT NULL,
  revenue_micros     bigint      NOT NULL DEFAULT 0,  -- counted while status is sale
  rate_missing       boolean     NOT NULL DEFAULT false,
  cost_micros        bigint      NOT NULL DEFAULT 0,  -- of the cost models CPA and RevShare
  match              text        NOT NULL,
  campaign_id        bigint      NOT NULL,
  flow_id            bigint,
  landing_id         bigint,
  offer_id           bigint,
  source_id          bigint,
  network_id         bigint,
  country            text,
  region             text,
  city               text,
  isp                text,
  os                 text,
  browser            text,
  device             text,
  language           text,
  referrer_domain    text,
  external_id        text,
  visitor_id         uuid,
  sub1               text,
  sub2               text,
  sub3               text,
  sub4               text,
  sub5               text,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (click_id, type, txid, seq)
);
CREATE INDEX conversions_click_ts ON {schema}.conversions (click_ts);
CREATE INDEX conversions_created ON {schema}.conversions (created_at, id);

CREATE TABLE {schema}.conversion_history (
  id                 bigserial   PRIMARY KEY,
  conversion_id      uuid        NOT NULL REFERENCES {schema}.conversions (id) ON DELETE CASCADE,
  at                 timestamptz NOT NULL,
  actor              text        NOT NULL,
  from_status        text,
  to_status          text        NOT NULL,
  original_status    text,
  outcome            text        NOT NULL  -- applied | refused | unchanged
);
CREATE INDEX conversion_history_conversion ON {schema}.conversion_history (conversion_id);

-- Every inbound postback as it came, matched or not.
CREATE TABLE {schema}.postback_log (
  id                 uuid        PRIMARY KEY,
  at                 timestamptz NOT NULL,
  ip                 inet,
  method             text        NOT NULL,
  path_key           text,
  query              text        NOT NULL,
  content_type       text,
  body               bytea,
  outcome            text        NOT NULL,
  detail             text,
  click_id           uuid,
  conversion_id      uuid
);
CREATE INDEX postback_log_at ON {schema}.postback_log USING brin (at);

-- How far each journal has been drained into this schema; moves in the transaction that copies the clicks.
CREATE TABLE {schema}.journal_position (
  instance           text        NOT NULL,
  stream             text        NOT NULL,  -- clicks | postbacks
  segment            bigint      NOT NULL,
  "offset"           bigint      NOT NULL,
  updated_at         timestamptz NOT NULL,
  PRIMARY KEY (instance, stream)
);
