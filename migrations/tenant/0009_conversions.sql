-- Reports of conversions come in several ways.

ALTER TABLE {schema}.postback_log
  ADD COLUMN channel text  NOT NULL DEFAULT 'postback',  -- postback | pixel | lead | shopify | woocommerce | stripe
  ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';        -- those that matter, such as signatures

ALTER TABLE {schema}.waiting_postbacks
  ADD COLUMN channel text  NOT NULL DEFAULT 'postback',
  ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';
