-- What people choose to see.

CREATE TABLE {schema}.preferences (
  user_id            bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  name               text        NOT NULL,  -- click_columns | conversion_columns | first_steps
  value              jsonb       NOT NULL,
  updated_at         timestamptz NOT NULL,
  PRIMARY KEY (user_id, name)
);
