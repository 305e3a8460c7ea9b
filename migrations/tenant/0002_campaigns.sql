-- What a team configures: where clicks come from, where they go, and who pays. What is deleted is archived: reports keep
-- its name, and its name or slug is free again.

CREATE TABLE {schema}.sources (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  click_id_param     text        NOT NULL DEFAULT 'click_id',
  cost_param         text        NOT NULL DEFAULT 'cost',
  currency           text,
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX sources_name ON {schema}.sources (name) WHERE archived_at IS NULL;

CREATE TABLE {schema}.networks (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  postback_key       text        NOT NULL UNIQUE,
  require_key        boolean     NOT NULL DEFAULT false,
  allowed_addresses  text[]      NOT NULL DEFAULT '{}',
  status_map         jsonb       NOT NULL DEFAULT '{}',
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX networks_name ON {schema}.networks (name) WHERE archived_at IS NULL;

CREATE TABLE {schema}.offers (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  url                text        NOT NULL,
  network_id         bigint      REFERENCES {schema}.networks (id),
  payout_micros      bigint      NOT NULL DEFAULT 0,
  currency           text        NOT NULL,
  cap_daily          int,
  cap_total          int,
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX offers_name ON {schema}.offers (name) WHERE archived_at IS NULL;

CREATE TABLE {schema}.offer_payouts (
  offer_id           bigint      NOT NULL REFERENCES {schema}.offers (id) ON DELETE CASCADE,
  country            text        NOT NULL,
  payout_micros      bigint      NOT NULL,
  PRIMARY KEY (offer_id, country)
);

CREATE TABLE {schema}.landings (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  kind               text        NOT NULL CHECK (kind IN ('local', 'url')),
  html               text,
  url                text,
  notes              text        NOT NULL DEFAULT '',
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  CHECK ((kind = 'local' AND html IS NOT NULL AND url IS NULL) OR (kind = 'url' AND url IS NOT NULL AND html IS NULL))
);
CREATE UNIQUE INDEX landings_name ON {schema}.landings (name) WHERE archived_at IS NULL;

CREATE TABLE {schema}.domains (
  id                 bigserial   PRIMARY KEY,
  host               text        NOT NULL UNIQUE,
  status             text        NOT NULL CHECK (status IN ('pending', 'verified', 'failed')),
  checked_at         timestamptz,
  problem            text,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);

CREATE TABLE {schema}.campaigns (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  slug               text        NOT NULL,
  source_id          bigint      REFERENCES {schema}.sources (id),
  offer_id           bigint      REFERENCES {schema}.offers (id),
  domain_id          bigint      REFERENCES {schema}.domains (id),
  cost_model         text        NOT NULL DEFAULT 'none' CHECK (cost_model IN ('cpc', 'cpm', 'cpa', 'revshare', 'none')),
  cost_micros        bigint,     -- per click, 1,000 clicks or conversion; percent for revshare
  currency           text        NOT NULL,
  external_ids       text[]      NOT NULL DEFAULT '{}',
  append_click_param boolean     NOT NULL DEFAULT true,
  status             text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused')),
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX campaigns_slug ON {schema}.campaigns (slug) WHERE archived_at IS NULL;

CREATE TABLE {schema}.flows (
  id                 bigserial   PRIMARY KEY,
  campaign_id        bigint      NOT NULL REFERENCES {schema}.campaigns (id) ON DELETE CASCADE,
  name               text        NOT NULL,
  type               text        NOT NULL CHECK (type IN ('forced', 'regular', 'default')),
  position           int         NOT NULL,
  weight             int         NOT NULL DEFAULT 100 CHECK (weight >= 0),
  filters            jsonb       NOT NULL DEFAULT '[]',
  active             boolean     NOT NULL DEFAULT true,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX flows_campaign ON {schema}.flows (campaign_id);

CREATE TABLE {schema}.flow_landings (
  flow_id            bigint      NOT NULL REFERENCES {schema}.flows (id) ON DELETE CASCADE,
  landing_id         bigint      NOT NULL REFERENCES {schema}.landings (id),
  position           int         NOT NULL,
  weight             int         NOT NULL CHECK (weight >= 0),
  PRIMARY KEY (flow_id, landing_id)
);
CREATE INDEX flow_landings_landing ON {schema}.flow_landings (landing_id);

CREATE TABLE {schema}.flow_offers (
  flow_id            bigint      NOT NULL REFERENCES {schema}.flows (id) ON DELETE CASCADE,
  offer_id           bigint      NOT NULL REFERENCES {schema}.offers (id),
  position           int         NOT NULL,
  weight             int         NOT NULL CHECK (weight >= 0),
  PRIMARY KEY (flow_id, offer_id)
);
CREATE INDEX flow_offers_offer ON {schema}.flow_offers (offer_id);
