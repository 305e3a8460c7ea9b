-- Rollups of clicks, hourly and daily.

-- Buckets are folded before this moment only. Whoever adds clicks holds the row FOR SHARE and leaves marks for clicks
-- before the moment; whoever moves it on waits for them.
CREATE TABLE {schema}.rollup_state (
  id                 int         PRIMARY KEY CHECK (id = 1),
  closed_until       timestamptz NOT NULL,
  zone               text        NOT NULL  -- the tenant's: what days and hours are of
);
INSERT INTO {schema}.rollup_state (id, closed_until, zone) VALUES (1, '1970-01-01 00:00:00+00', 'UTC');

-- What has been folded. A moment that no bucket covers, or one with a mark, is reported from clicks.
CREATE TABLE {schema}.rollup_buckets (
  span               text        NOT NULL CHECK (span IN ('hour', 'day')),  -- local ones
  since              timestamptz NOT NULL,
  until              timestamptz NOT NULL,
  currency           text        NOT NULL,  -- of the costs
  hits               bigint      NOT NULL,  -- rows of clicks in it
  converts           boolean     NOT NULL,  -- costs of it hang on rates between currencies
  wide               smallint[]  NOT NULL,  -- groupings with too many keys, which have no rows
  final              boolean     NOT NULL DEFAULT false,  -- its clicks have had their time: it stays as it is
  folded_at          timestamptz NOT NULL,
  PRIMARY KEY (span, since),
  CHECK (since < until)
);

-- One key of a grouping in a bucket. Dimension 0 is all clicks; of id and value one is the key, both null when it has none.
CREATE TABLE {schema}.rollup_hours (
  since              timestamptz NOT NULL,
  cost_micros        bigint      NOT NULL,
  id                 bigint,
  clicks             int         NOT NULL,
  uniques            int         NOT NULL,
  blocked            int         NOT NULL,
  unconverted        int         NOT NULL,
  dimension          smallint    NOT NULL,
  value              text
);
CREATE INDEX rollup_hours_bucket ON {schema}.rollup_hours (dimension, since);

CREATE TABLE {schema}.rollup_days (
  since              timestamptz NOT NULL,
  cost_micros        bigint      NOT NULL,
  id                 bigint,
  clicks             int         NOT NULL,
  uniques            int         NOT NULL,
  blocked            int         NOT NULL,
  unconverted        int         NOT NULL,
  dimension          smallint    NOT NULL,
  value              text
);
CREATE INDEX rollup_days_bucket ON {schema}.rollup_days (dimension, since);

-- Clicks between two moments have changed, or come late, since they were folded: their buckets are to be folded again.
CREATE TABLE {schema}.rollup_marks (
  id                 bigserial   PRIMARY KEY,
  since              timestamptz NOT NULL,
  until              timestamptz NOT NULL,
  cause              text        NOT NULL CHECK (cause IN ('clicks', 'costs', 'rates')),
  CHECK (since < until)
);
