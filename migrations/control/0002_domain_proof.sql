-- By which TXT record a tenant showed that a domain is its own. Null for domains of the control API and for those that
-- were verified before there was such a record: whoever proves it takes the latter over.
ALTER TABLE control.domains ADD COLUMN proof text;
