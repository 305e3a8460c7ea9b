-- Webhooks in: shops tell of an order piece by piece, in any sequence and more than once.

-- All that a shop has told of one order, put together.
CREATE TABLE {schema}.webhook_orders (
  id                 uuid        PRIMARY KEY,
  channel            text        NOT NULL CHECK (channel IN ('shopify', 'woocommerce', 'stripe')),
  facts              jsonb       NOT NULL,
  revision           bigint      NOT NULL,  -- counts the changes of the facts
  click_id           uuid,                  -- once it is found: what follows belongs to the same click
  updated_at         timestamptz NOT NULL
);
CREATE INDEX webhook_orders_updated ON {schema}.webhook_orders (updated_at);

-- The ids by which a shop speaks of an order: its own, its payment's, its subscription's.
CREATE TABLE {schema}.webhook_order_keys (
  channel            text        NOT NULL,
  key                text        NOT NULL,
  order_id           uuid        NOT NULL REFERENCES {schema}.webhook_orders (id) ON DELETE CASCADE,
  PRIMARY KEY (channel, key)
);
CREATE INDEX webhook_order_keys_order ON {schema}.webhook_order_keys (order_id);

-- Two reports may turn out to be about one order: whoever adds to orders is alone.
INSERT INTO {schema}.locks (name) VALUES ('webhooks');

ALTER TABLE {schema}.conversions ADD COLUMN email_hash bytea;  -- of the customer: lower case, trimmed, SHA-256

CREATE INDEX conversions_email ON {schema}.conversions (email_hash, created_at) WHERE email_hash IS NOT NULL;
CREATE INDEX conversions_txid ON {schema}.conversions (txid) WHERE txid IS NOT NULL;

-- The last event of each shop.
CREATE INDEX postback_log_webhooks ON {schema}.postback_log (channel, id)
  WHERE channel IN ('shopify', 'woocommerce', 'stripe');
