-- Work that is done later and surely (Sources/Common/Jobs). A claimed job's available_at is the end of its lease, so a
-- job whose runner died becomes due by itself.
CREATE TABLE license.jobs (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  tenant_id bigint,
  unique_key text,
  payload jsonb NOT NULL,
  available_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  max_attempts integer NOT NULL,
  lease uuid,
  last_error text,
  created_at timestamptz NOT NULL,
  died_at timestamptz
);

CREATE INDEX jobs_due ON license.jobs (available_at, id) WHERE died_at IS NULL;
CREATE UNIQUE INDEX jobs_one_of_a_key ON license.jobs (kind, unique_key)
  WHERE died_at IS NULL AND unique_key IS NOT NULL;
CREATE INDEX jobs_dead ON license.jobs (died_at) WHERE died_at IS NOT NULL;

-- The last period for which each recurring job was enqueued, so that several runners enqueue it once.
CREATE TABLE license.job_schedules (
  kind text PRIMARY KEY,
  last_slot bigint NOT NULL
);
