-- The pixel and leads: what merchants' pages and forms say of visitors.

-- How visitors go through a shop. The journal's writer adds them; a repeated event is the same row. The key begins with
-- the click's time, so old ones go in one range.
CREATE TABLE {schema}.shop_events (
  click_id           uuid        NOT NULL,
  event_id           text        NOT NULL,  -- the pixel's own
  click_ts           timestamptz NOT NULL,  -- of the id: what clicks are partitioned by
  kind               text        NOT NULL,  -- pageview | add_to_cart | checkout | purchase | lead | the page's own word
  at                 timestamptz NOT NULL,
  value_micros       bigint,
  currency           text,
  order_id           text,
  products           jsonb       NOT NULL,  -- [{"name", "price"?, "qty"?}]
  origin             text,                  -- of the page
  PRIMARY KEY (click_id, event_id)
);
CREATE INDEX shop_events_at ON {schema}.shop_events (at);

-- The pixel's events that became conversions, so that one sent twice counts once whatever the offer says of duplicates.
CREATE TABLE {schema}.pixel_conversions (
  click_id           uuid        NOT NULL,
  event_id           text        NOT NULL,
  conversion_id      uuid        NOT NULL,
  PRIMARY KEY (click_id, event_id)
);

-- Leads that came through /api/lead. Who it is stands here as SHA-256 of the normalized value, as ad platforms take it.
CREATE TABLE {schema}.leads (
  id                 uuid        PRIMARY KEY,  -- of the hit
  conversion_id      uuid        NOT NULL,
  click_id           uuid        NOT NULL,
  at                 timestamptz NOT NULL,
  name_hash          bytea,
  email_hash         bytea,
  phone_hash         bytea,
  fields             jsonb       NOT NULL  -- the form's own
);
CREATE INDEX leads_conversion ON {schema}.leads (conversion_id);
CREATE INDEX leads_at ON {schema}.leads USING brin (at);
