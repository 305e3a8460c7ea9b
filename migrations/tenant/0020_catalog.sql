-- The product catalogue, and what was bought.

CREATE TABLE {schema}.products (
  id                 bigserial   PRIMARY KEY,
  name               text        NOT NULL,
  sku                text        NOT NULL,
  price_micros       bigint      NOT NULL,
  currency           text        NOT NULL,
  category           text,
  image_url          text,
  external_id        text,                 -- the shop's
  source             text        NOT NULL CHECK (source IN ('manual', 'shopify', 'woocommerce')),
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  archived_at        timestamptz
);
CREATE UNIQUE INDEX products_sku ON {schema}.products (sku) WHERE archived_at IS NULL;

-- What a conversion was of, as its shop or page told. Which product of the catalogue a line is of is asked when it is
-- read, so that what was bought before its product was listed belongs to it, too. Money in micros of the line's currency.
CREATE TABLE {schema}.conversion_products (
  conversion_id      uuid        NOT NULL REFERENCES {schema}.conversions (id) ON DELETE CASCADE,
  position           int         NOT NULL,
  sku                text,
  external_id        text,
  name               text        NOT NULL,
  price_micros       bigint,               -- of one; null: nobody said
  currency           text        NOT NULL,
  quantity           bigint      NOT NULL,
  PRIMARY KEY (conversion_id, position)
);

-- A customer is a visitor first.
CREATE INDEX conversions_visitor ON {schema}.conversions (visitor_id, created_at) WHERE visitor_id IS NOT NULL;
