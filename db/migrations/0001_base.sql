-- SPDX-License-Identifier: Apache-2.0
-- Roles, schema, and the tables that everything else leans on.
--
-- ca_front and ca_signer cannot log in. In development the session's own user does SET ROLE; in
-- production each process has a login role of its own that is a member of one of the two and of
-- nothing else:
--   CREATE ROLE front_login LOGIN IN ROLE ca_front;
--   CREATE ROLE signer_login LOGIN IN ROLE ca_signer;
-- The owner of this schema is the user that runs the migrations; only that user does DDL.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ca_front', 'ca_signer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA ca;
COMMENT ON SCHEMA ca IS 'certification authority server';
GRANT USAGE ON SCHEMA ca TO ca_front, ca_signer;

-- In this schema times are int8 seconds since 1970-01-01T00:00:00Z unless a name ends in _us
-- (microseconds), as in the programs; NULL means "not" or "none".

CREATE TABLE ca.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at bigint NOT NULL DEFAULT extract(epoch FROM now())
);
COMMENT ON TABLE ca.migration IS 'migrations that have run in this database';
COMMENT ON COLUMN ca.migration.number IS 'from 1, without a gap';
COMMENT ON COLUMN ca.migration.name IS 'file name without .sql';
COMMENT ON COLUMN ca.migration.sha256 IS 'SHA-256 of the file as it ran';
COMMENT ON COLUMN ca.migration.applied_at IS 'when it ran';
GRANT SELECT ON ca.migration TO ca_front, ca_signer;

CREATE TABLE ca.setting (
    name text PRIMARY KEY,
    value text NOT NULL,
    created_at bigint NOT NULL DEFAULT extract(epoch FROM now())
);
COMMENT ON TABLE ca.setting IS 'what pins database, tokens and environment together (I18); written once';
COMMENT ON COLUMN ca.setting.name IS 'environment, ca_token, front_token, …';
COMMENT ON COLUMN ca.setting.value IS 'compared with at every start';
COMMENT ON COLUMN ca.setting.created_at IS 'when it was pinned';
GRANT SELECT ON ca.setting TO ca_front;
GRANT SELECT, INSERT ON ca.setting TO ca_signer;

CREATE TABLE ca.lease (
    name text PRIMARY KEY,
    node text NOT NULL,
    expires_at bigint NOT NULL
);
COMMENT ON TABLE ca.lease IS 'single-writer jobs: which node does them now';
COMMENT ON COLUMN ca.lease.name IS 'the job, such as crl/3';
COMMENT ON COLUMN ca.lease.node IS 'name of the node that holds it';
COMMENT ON COLUMN ca.lease.expires_at IS 'from then on any node may take it';
GRANT SELECT, INSERT, UPDATE ON ca.lease TO ca_signer;

CREATE TABLE ca.profile_version (
    version bytea PRIMARY KEY CHECK (octet_length(version) = 32),
    name text NOT NULL,
    yaml bytea NOT NULL,
    created_at bigint NOT NULL DEFAULT extract(epoch FROM now())
);
COMMENT ON TABLE ca.profile_version IS 'each profile as it was when it came into use';
COMMENT ON COLUMN ca.profile_version.version IS 'SHA-256 of the YAML';
COMMENT ON COLUMN ca.profile_version.name IS 'name of the profile';
COMMENT ON COLUMN ca.profile_version.yaml IS 'the file, octet for octet';
COMMENT ON COLUMN ca.profile_version.created_at IS 'first use';
GRANT SELECT ON ca.profile_version TO ca_front;
GRANT SELECT, INSERT ON ca.profile_version TO ca_signer;
