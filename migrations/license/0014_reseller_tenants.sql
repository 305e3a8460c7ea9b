-- How many hosted tenants a reseller's customers may have together: none unless it is agreed.
ALTER TABLE license.resellers ADD COLUMN max_tenants int NOT NULL DEFAULT 0 CHECK (max_tenants BETWEEN 0 AND 1000000);
