-- Names are for people: networks send several offers of one name, and nobody is stopped from having two. Slugs stay unique.
DROP INDEX {schema}.sources_name;
DROP INDEX {schema}.networks_name;
DROP INDEX {schema}.offers_name;
DROP INDEX {schema}.landings_name;
DROP INDEX {schema}.tracking_profiles_name;
