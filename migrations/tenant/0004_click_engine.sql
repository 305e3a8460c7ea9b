-- The click engine: how visitors are judged, capped, remembered and sent on.

-- How visitors are sent on; every campaign without one of its own uses the default.
CREATE TABLE {schema}.tracking_profiles (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  redirect           text        NOT NULL DEFAULT '302'
                     CHECK (redirect IN ('301', '302', '307', 'meta', 'javascript', 'hide_referrer', '200')),
  pixels             text        NOT NULL DEFAULT '',
  pass_parameters    boolean     NOT NULL DEFAULT false,
  is_default         boolean     NOT NULL DEFAULT false,
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX tracking_profiles_name ON {schema}.tracking_profiles (name) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX tracking_profiles_default ON {schema}.tracking_profiles (is_default)
  WHERE is_default AND archived_at IS NULL;

ALTER TABLE {schema}.campaigns
  ADD COLUMN bot_filter          boolean NOT NULL DEFAULT false,
  ADD COLUMN bot_redirect_url    text,
  ADD COLUMN cap_limit           int,     -- visits within cap_hours; null: no frequency cap
  ADD COLUMN cap_hours           int,
  ADD COLUMN cap_redirect_url    text,
  ADD COLUMN cap_key             text    NOT NULL DEFAULT 'address' CHECK (cap_key IN ('address', 'visitor')),
  ADD COLUMN tracking_profile_id bigint  REFERENCES {schema}.tracking_profiles (id),
  ADD COLUMN pixels              jsonb,   -- facebook, google, tiktok, scripts
  ADD CONSTRAINT campaigns_cap CHECK ((cap_limit IS NULL) = (cap_hours IS NULL));

ALTER TABLE {schema}.flows
  ADD COLUMN binding text NOT NULL DEFAULT 'none' CHECK (binding IN ('none', 'landing', 'offer', 'landing_offer'));

ALTER TABLE {schema}.offers
  ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused'));

ALTER TABLE {schema}.landings
  ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
  ADD COLUMN protected boolean NOT NULL DEFAULT false;

ALTER TABLE {schema}.clicks
  ADD COLUMN is_unique_flow   boolean NOT NULL DEFAULT false,
  ADD COLUMN is_unique_global boolean NOT NULL DEFAULT false,
  ADD COLUMN connection       text;

-- What an offer's caps count.
CREATE INDEX conversions_offer_sales ON {schema}.conversions (offer_id, created_at)
  WHERE type = 'sale' AND status = 'sale';

-- Addresses and ranges that nobody wants clicks of.
CREATE TABLE {schema}.blacklist (
  id                 bigserial   PRIMARY KEY,
  range              inet        NOT NULL UNIQUE,
  origin             text        NOT NULL CHECK (origin IN ('manual', 'automatic')),
  reason             text        NOT NULL DEFAULT '',
  created_at         timestamptz NOT NULL,
  expires_at         timestamptz
);
CREATE INDEX blacklist_expiry ON {schema}.blacklist (expires_at) WHERE expires_at IS NOT NULL;

-- What happened to configured things by themselves: an offer reached its cap. Each is told once.
CREATE TABLE {schema}.events (
  id                 uuid        PRIMARY KEY,
  at                 timestamptz NOT NULL,
  kind               text        NOT NULL,  -- offer_capped
  subject            text        NOT NULL,  -- offer 9
  occasion           text        NOT NULL,  -- what it is told once for: daily 2026-11-21
  detail             jsonb       NOT NULL,
  UNIQUE (kind, subject, occasion)
);
CREATE INDEX events_at ON {schema}.events (at);

-- Visitors who went on from a landing to an offer. The journal's writer copies them in, beside the clicks.
CREATE TABLE {schema}.offer_visits (
  click_id           uuid        NOT NULL,
  offer_id           bigint      NOT NULL,
  at                 timestamptz NOT NULL
);
CREATE INDEX offer_visits_click ON {schema}.offer_visits (click_id);

-- For the log of one click.
CREATE INDEX postback_log_click ON {schema}.postback_log (click_id) WHERE click_id IS NOT NULL;

-- Postbacks whose click may still be in another node's journal: tried again until it is here, or has had its time.
CREATE TABLE {schema}.waiting_postbacks (
  id                 uuid        PRIMARY KEY,
  at                 timestamptz NOT NULL,
  ip                 inet,
  method             text        NOT NULL,
  path_key           text,
  query              text        NOT NULL,
  content_type       text,
  body               bytea       NOT NULL
);
