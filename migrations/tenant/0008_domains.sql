-- Domains: whose they are, what they answer besides links, what the last look at them found.

ALTER TABLE {schema}.domains
  ADD COLUMN token            text NOT NULL DEFAULT '',  -- in the TXT record that shows who owns the domain
  ADD COLUMN group_name       text NOT NULL DEFAULT '',
  ADD COLUMN root             text NOT NULL DEFAULT 'not_found' CHECK (root IN ('not_found', 'campaign', 'redirect')),
  ADD COLUMN root_campaign_id bigint REFERENCES {schema}.campaigns (id),
  ADD COLUMN root_url         text,
  ADD COLUMN robots           text NOT NULL DEFAULT 'disallow' CHECK (robots IN ('disallow', 'allow', 'custom')),
  ADD COLUMN robots_text      text,
  ADD COLUMN findings         jsonb,
  ADD CONSTRAINT domains_root CHECK (
    (root = 'campaign') = (root_campaign_id IS NOT NULL) AND (root = 'redirect') = (root_url IS NOT NULL)),
  ADD CONSTRAINT domains_robots CHECK ((robots = 'custom') = (robots_text IS NOT NULL));

UPDATE {schema}.domains SET token = replace(gen_random_uuid()::text, '-', '');

ALTER TABLE {schema}.domains ALTER COLUMN token DROP DEFAULT;

CREATE INDEX domains_root_campaign ON {schema}.domains (root_campaign_id) WHERE root_campaign_id IS NOT NULL;

-- Counts the changes of what the click path goes by: who has seen this number need not read it all again.
CREATE TABLE {schema}.configuration (
  id                 smallint    PRIMARY KEY CHECK (id = 1),
  revision           bigint      NOT NULL
);
INSERT INTO {schema}.configuration (id, revision) VALUES (1, 1);
