-- The processes that serve this installation; each says every few seconds that it is there.
CREATE TABLE control.nodes (
  instance           text        PRIMARY KEY,  -- its journal's
  hostname           text        NOT NULL,
  roles              text[]      NOT NULL,
  version            text        NOT NULL,
  started_at         timestamptz NOT NULL,
  seen_at            timestamptz NOT NULL
);
