-- What people keep for themselves on the reports page, and may share with the team.

-- A question: a name for the page's address.
CREATE TABLE {schema}.saved_reports (
  id                 bigserial   PRIMARY KEY,
  owner_id           bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  name               text        NOT NULL,
  query              text        NOT NULL,  -- the address's, without its question mark
  shared             boolean     NOT NULL,
  standard           boolean     NOT NULL,  -- what the page opens with for its owner
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX saved_reports_owner_name ON {schema}.saved_reports (owner_id, lower(name));
CREATE UNIQUE INDEX saved_reports_owner_standard ON {schema}.saved_reports (owner_id) WHERE standard;

-- Which columns a report has, in order.
CREATE TABLE {schema}.column_templates (
  id                 bigserial   PRIMARY KEY,
  owner_id           bigint      NOT NULL REFERENCES {schema}.users (id) ON DELETE CASCADE,
  name               text        NOT NULL,
  metrics            text[]      NOT NULL,
  shared             boolean     NOT NULL,
  standard           boolean     NOT NULL,  -- what a report of its owner has unless its address says otherwise
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX column_templates_owner_name ON {schema}.column_templates (owner_id, lower(name));
CREATE UNIQUE INDEX column_templates_owner_standard ON {schema}.column_templates (owner_id) WHERE standard;
