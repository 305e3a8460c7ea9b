-- Every tenant has a default profile from the start: it is what campaigns use that choose none.
INSERT INTO {schema}.tracking_profiles (name, redirect, is_default, notes, created_at, updated_at)
VALUES ('Default', '302', true, 'Made with the account.', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
