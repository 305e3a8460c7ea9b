-- What is sold: plans with their features, limits and prices. Rows, not code.

CREATE TABLE license.plans (
  id                   bigserial   PRIMARY KEY,
  slug                 text        NOT NULL UNIQUE,
  name                 text        NOT NULL,
  rank                 int         NOT NULL UNIQUE   -- a higher one has more; decides what is an upgrade
);

CREATE TABLE license.plan_features (
  plan_id              bigint      NOT NULL REFERENCES license.plans (id) ON DELETE CASCADE,
  position             int         NOT NULL,         -- the order they are listed in
  feature              text        NOT NULL,
  PRIMARY KEY (plan_id, feature)
);

CREATE TABLE license.plan_limits (
  plan_id              bigint      NOT NULL REFERENCES license.plans (id) ON DELETE CASCADE,
  name                 text        NOT NULL,
  value                bigint      CHECK (value >= 0),  -- null: unlimited
  PRIMARY KEY (plan_id, name)
);

CREATE TABLE license.prices (
  id                   bigserial   PRIMARY KEY,
  plan_id              bigint      NOT NULL REFERENCES license.plans (id),
  period               text        NOT NULL CHECK (period IN ('month', 'year')),
  currency             text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount               bigint      NOT NULL CHECK (amount > 0),  -- minor units
  is_active            boolean     NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX prices_one_active ON license.prices (plan_id, period, currency) WHERE is_active;

INSERT INTO license.plans (slug, name, rank) VALUES
  ('starter', 'Starter', 1),
  ('pro', 'Pro', 2),
  ('enterprise', 'Enterprise', 3);

INSERT INTO license.plan_limits (plan_id, name, value)
SELECT p.id, 'users', l.value
FROM license.plans p
JOIN (VALUES ('starter', 1::bigint), ('pro', 5), ('enterprise', NULL)) AS l (slug, value) ON l.slug = p.slug;

INSERT INTO license.plan_features (plan_id, position, feature)
SELECT p.id, f.position, f.feature
FROM license.plans p
JOIN (VALUES
  (2, 1, 'anti_fraud'),
  (2, 2, 'automizer'),
  (2, 3, 'traffic_ai'),
  (2, 4, 'notification_channels'),
  (2, 5, 'ab_testing'),
  (2, 6, 'lander_protection'),
  (2, 7, 'status_scheme'),
  (2, 8, 'retargeting_pixels'),
  (2, 9, 'audience_export'),
  (3, 10, 'attribution'),
  (3, 11, 'audience_optimization'),
  (3, 12, 'white_label')
) AS f (from_rank, position, feature) ON p.rank >= f.from_rank;

INSERT INTO license.prices (plan_id, period, currency, amount)
SELECT p.id, c.period, c.currency, c.amount
FROM license.plans p
JOIN (VALUES
  ('starter', 'month', 'USD', 1900), ('starter', 'year', 'USD', 19000),
  ('starter', 'month', 'EUR', 1800), ('starter', 'year', 'EUR', 18000),
  ('pro', 'month', 'USD', 7900), ('pro', 'year', 'USD', 79000),
  ('pro', 'month', 'EUR', 7400), ('pro', 'year', 'EUR', 74000),
  ('enterprise', 'month', 'USD', 24900), ('enterprise', 'year', 'USD', 249000),
  ('enterprise', 'month', 'EUR', 22900), ('enterprise', 'year', 'EUR', 229000)
) AS c (slug, period, currency, amount) ON c.slug = p.slug
ORDER BY p.rank, c.currency DESC, c.period;
