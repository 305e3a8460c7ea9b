-- Landings: their versions, the files of imported ones, how far visitors came on them, and who was kept out.

-- Every HTML a local landing has had. The newest is the live one; landings.html repeats it for the click path.
CREATE TABLE {schema}.landing_versions (
  landing_id         bigint      NOT NULL REFERENCES {schema}.landings (id) ON DELETE CASCADE,
  version            int         NOT NULL,
  html               text        NOT NULL,
  origin             text        NOT NULL CHECK (origin IN ('edit', 'import', 'restore')),
  restored_version   int,
  made_by            text        NOT NULL,
  made_at            timestamptz NOT NULL,
  PRIMARY KEY (landing_id, version)
);

-- Landings from before there were versions begin with what they are now.
INSERT INTO {schema}.landing_versions (landing_id, version, html, origin, made_by, made_at)
SELECT id, 1, html, 'edit', '', updated_at FROM {schema}.landings WHERE html IS NOT NULL;

-- Files of an imported page, under /lander/{landing_id}/{version}/{path}. Later versions go on using them.
CREATE TABLE {schema}.landing_assets (
  landing_id         bigint      NOT NULL REFERENCES {schema}.landings (id) ON DELETE CASCADE,
  version            int         NOT NULL,
  path               text        NOT NULL,
  content_type       text        NOT NULL,
  sha256             bytea       NOT NULL,
  bytes              bytea       NOT NULL,
  PRIMARY KEY (landing_id, version, path)
);

-- Imports under way and of late.
CREATE TABLE {schema}.landing_imports (
  id                 uuid        PRIMARY KEY,
  source             text        NOT NULL,
  name               text        NOT NULL,
  state              text        NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  files_done         int         NOT NULL DEFAULT 0,
  files_total        int         NOT NULL DEFAULT 0,
  landing_id         bigint,
  problem            text,
  notes              text[]      NOT NULL DEFAULT '{}',
  made_by            text        NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);

-- Steps of a funnel that a visitor reached. The key begins with the click's time, so old ones go in one range.
CREATE TABLE {schema}.click_steps (
  click_id           uuid        NOT NULL,
  step               int         NOT NULL CHECK (step BETWEEN 1 AND 100),
  name               text        NOT NULL,
  at                 timestamptz NOT NULL,
  PRIMARY KEY (click_id, step)
);

-- What gave a spy away in the browser; the request's own signs are in the click's trace.
CREATE TABLE {schema}.click_denials (
  click_id           uuid        NOT NULL,
  sign               text        NOT NULL,
  at                 timestamptz NOT NULL,
  PRIMARY KEY (click_id, sign)
);
