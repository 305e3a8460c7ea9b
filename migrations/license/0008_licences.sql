-- Licences in full: what staff note of them, what happened to them, trials, alarms, reminders, offline leases.

CREATE INDEX license_keys_license ON license.license_keys (license_id);
CREATE INDEX license_keys_last_four ON license.license_keys (last_four) WHERE valid_until IS NULL;

ALTER TABLE license.instances
  ADD COLUMN lost_at timestamptz,        -- when its silence was noted; null: it is heard of, or not expected to be
  ADD COLUMN offline_until timestamptz;  -- the end of its newest lease file: until then its place is taken
CREATE INDEX instances_silent ON license.instances (last_seen_at) WHERE state = 'active' AND lost_at IS NULL;

CREATE TABLE license.license_tags (
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  tag                  text        NOT NULL CHECK (tag ~ '^[a-z0-9][a-z0-9_.-]{0,39}$'),
  PRIMARY KEY (license_id, tag)
);
CREATE INDEX license_tags_tag ON license.license_tags (tag);

CREATE TABLE license.license_notes (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  author               text        NOT NULL,
  body                 text        NOT NULL,
  created_at           timestamptz NOT NULL
);
CREATE INDEX license_notes_license ON license.license_notes (license_id, id);

-- Everything that happened to a licence, by whom and when. Only added to.
CREATE TABLE license.license_events (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  instance_id          bigint      REFERENCES license.instances (id) ON DELETE CASCADE,
  kind                 text        NOT NULL,
  actor                text        NOT NULL,
  data                 jsonb       NOT NULL,
  at                   timestamptz NOT NULL
);
CREATE INDEX license_events_license ON license.license_events (license_id, id);

CREATE TABLE license.license_trials (
  license_id           bigint      PRIMARY KEY REFERENCES license.licenses (id) ON DELETE CASCADE,
  started_at           timestamptz NOT NULL,
  converted_at         timestamptz   -- when it was paid for; null: it ends with the licence
);

-- Who has had a trial: 'email:a@b.example' and 'domain:b.example'. The key is what makes the second of two wait.
CREATE TABLE license.trial_claims (
  claim                text        PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  claimed_at           timestamptz NOT NULL
);

-- A copy at work beside its original. Open until somebody has looked at it.
CREATE TABLE license.clone_alarms (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  instance_id          bigint      NOT NULL REFERENCES license.instances (id) ON DELETE CASCADE,
  evidence             jsonb       NOT NULL,
  raised_at            timestamptz NOT NULL,
  last_seen_at         timestamptz NOT NULL,
  acknowledged_at      timestamptz,
  acknowledged_by      text,
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
CREATE UNIQUE INDEX clone_alarms_open ON license.clone_alarms (instance_id) WHERE acknowledged_at IS NULL;
CREATE INDEX clone_alarms_license ON license.clone_alarms (license_id);

-- Reminders that were sent: once for each end and number of days before it.
CREATE TABLE license.expiry_reminders (
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  ends_at              timestamptz NOT NULL,
  days                 bigint      NOT NULL,
  sent_at              timestamptz NOT NULL,
  PRIMARY KEY (license_id, ends_at, days)
);

-- Lease files that were signed. A request file makes one, however often it is handed in.
CREATE TABLE license.offline_leases (
  id                   bigserial   PRIMARY KEY,
  license_id           bigint      NOT NULL REFERENCES license.licenses (id) ON DELETE CASCADE,
  instance_id          bigint      NOT NULL REFERENCES license.instances (id) ON DELETE CASCADE,
  request_id           text        NOT NULL UNIQUE,
  seq                  bigint      NOT NULL,
  actor                text        NOT NULL,
  issued_at            timestamptz NOT NULL,
  expires_at           timestamptz NOT NULL
);
CREATE INDEX offline_leases_license ON license.offline_leases (license_id, id);
