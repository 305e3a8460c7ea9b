-- Postbacks out.

-- What a source is told of its clicks' conversions, one row per URL.
CREATE TABLE {schema}.source_postbacks (
  id                 bigserial   PRIMARY KEY,
  source_id          bigint      NOT NULL REFERENCES {schema}.sources (id) ON DELETE CASCADE,
  is_main            boolean     NOT NULL DEFAULT false,  -- its URL is the source's postback_url
  name               text        NOT NULL DEFAULT '',
  url                text        NOT NULL,  -- with macros
  method             text        NOT NULL DEFAULT 'GET' CHECK (method IN ('GET', 'POST')),
  body               text        NOT NULL DEFAULT '',     -- of a POST, with macros
  content_type       text        NOT NULL DEFAULT '',
  statuses           text[]      NOT NULL,  -- of a conversion that it tells of
  types              text[]      NOT NULL DEFAULT '{}',   -- empty: of all
  success_rule       jsonb,      -- what the answer must say; null: a status of 2xx is enough
  active             boolean     NOT NULL DEFAULT true,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX source_postbacks_source ON {schema}.source_postbacks (source_id);
CREATE UNIQUE INDEX source_postbacks_main ON {schema}.source_postbacks (source_id) WHERE is_main;

-- What sources had already. Words in capitals are left for the user to replace: until then there is nobody to tell.
INSERT INTO {schema}.source_postbacks (source_id, is_main, url, statuses, success_rule, active, created_at, updated_at)
SELECT id, true, postback_url, ARRAY['sale'],
  CASE WHEN template = 'exoclick' THEN '{"kind": "not_contains", "value": "ERROR:"}'::jsonb END,
  postback_url !~ '=(ACC|EVENT|GOAL)(&|$)', updated_at, updated_at
FROM {schema}.sources WHERE postback_url <> '';

-- The queue, and afterwards the log. The id goes out with every attempt, so that who gets a repeat can know it.
CREATE TABLE {schema}.deliveries (
  id                 uuid        PRIMARY KEY,
  position           bigserial   NOT NULL,  -- the order within a conversion
  conversion_id      uuid        NOT NULL,
  click_id           uuid        NOT NULL,
  status             text        NOT NULL,  -- of the conversion, that is told
  postback_id        bigint      NOT NULL,
  source_id          bigint      NOT NULL,
  method             text        NOT NULL,
  url                text        NOT NULL,
  body               text        NOT NULL DEFAULT '',
  content_type       text        NOT NULL DEFAULT '',
  success_rule       jsonb,
  host               text        NOT NULL,  -- the target whose slots and circuit count
  state              text        NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead', 'cancelled', 'skipped')),
  attempts           int         NOT NULL DEFAULT 0,
  due_at             timestamptz NOT NULL,  -- while it is being tried: when somebody else may
  lease              uuid,       -- whose attempt it is
  give_up_at         timestamptz NOT NULL,
  response_status    int,
  response_body      bytea,      -- its beginning
  problem            text,       -- why the last attempt failed, or why there was none
  attempted_at       timestamptz,
  took_ms            int,
  created_at         timestamptz NOT NULL,
  ended_at           timestamptz,
  UNIQUE (conversion_id, status, postback_id)
);
CREATE INDEX deliveries_host_due ON {schema}.deliveries (host, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_due ON {schema}.deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_source ON {schema}.deliveries (source_id) WHERE state = 'waiting';
CREATE INDEX deliveries_dead ON {schema}.deliveries (created_at, id) WHERE state = 'dead';
CREATE INDEX deliveries_created ON {schema}.deliveries (created_at, id);
CREATE INDEX deliveries_click ON {schema}.deliveries (click_id);
CREATE INDEX deliveries_ended ON {schema}.deliveries (ended_at) WHERE ended_at IS NOT NULL;
