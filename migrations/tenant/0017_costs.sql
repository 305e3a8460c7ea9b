-- Who begins a change of many clicks' costs is alone.
INSERT INTO {schema}.locks (name) VALUES ('costs') ON CONFLICT (name) DO NOTHING;
