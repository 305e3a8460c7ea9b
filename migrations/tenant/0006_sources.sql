-- Traffic sources know their platform's macros, and what of them arrives unreplaced.

ALTER TABLE {schema}.sources
  ADD COLUMN template     text  NOT NULL DEFAULT 'custom',
  ADD COLUMN parameters   jsonb NOT NULL DEFAULT '[]',  -- of the tracking link: parameter, macro, role; empty: the two above
  ADD COLUMN postback_url text  NOT NULL DEFAULT '';    -- where the source takes conversions

-- Macros that sources sent as they stand, counted in batches.
CREATE TABLE {schema}.source_warnings (
  source_id          bigint      NOT NULL REFERENCES {schema}.sources (id) ON DELETE CASCADE,
  parameter          text        NOT NULL,
  macro              text        NOT NULL,
  hits               bigint      NOT NULL,
  first_seen_at      timestamptz NOT NULL,
  last_seen_at       timestamptz NOT NULL,
  PRIMARY KEY (source_id, parameter, macro)
);
