-- Releases of the tracker that customers can install. The files themselves are in RELEASES_DIR.

CREATE TABLE license.releases (
  id                   bigserial   PRIMARY KEY,
  version              text        NOT NULL UNIQUE CHECK (version ~ '^[0-9]{1,6}(\.[0-9]{1,6}){2,3}$'),
  channel              text        NOT NULL CHECK (channel IN ('stable', 'beta')),
  status               text        NOT NULL CHECK (status IN ('published', 'withdrawn')),
  manifest             text        NOT NULL,      -- as it was signed: files, sizes, SHA-256
  signature            bytea       NOT NULL CHECK (octet_length(signature) = 64),
  key_fingerprint      text        NOT NULL,      -- of the release key that signed it
  notes                text        NOT NULL DEFAULT '',
  published_at         timestamptz NOT NULL,
  withdrawn_at         timestamptz,
  withdrawn_reason     text,
  updated_at           timestamptz NOT NULL,
  CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL)),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
