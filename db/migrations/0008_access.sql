-- SPDX-License-Identifier: Apache-2.0
-- Who may call: several credentials of one person, groups, names that he owns. `seal` is an
-- HMAC-SHA-256 over the other columns with a key of the CA token (ca/seal_internal.h): rows that
-- were written past the signer do not count.
ALTER TABLE ca.operator
    ADD COLUMN names text[] NOT NULL DEFAULT '{}',
    ADD COLUMN updated_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN seal bytea CHECK (octet_length(seal) = 32);
COMMENT ON COLUMN ca.operator.names IS 'names that he owns: domains with all under them, mailboxes, networks in CIDR form';
COMMENT ON COLUMN ca.operator.updated_at IS 'last change; 0: none';
COMMENT ON COLUMN ca.operator.seal IS 'over the other columns; NULL: enrolled before there were seals';
GRANT UPDATE (roles, names, enabled, updated_at, seal) ON ca.operator TO ca_signer;

CREATE TYPE ca.credential_kind AS ENUM ('certificate', 'token');
COMMENT ON TYPE ca.credential_kind IS 'enum db_credential_kind';

CREATE TABLE ca.credential (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES ca.operator,
    kind ca.credential_kind NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    salt bytea,
    profiles text[],
    names text[],
    expires_at bigint,
    created_at bigint NOT NULL,
    revoked_at bigint,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    CHECK ((kind = 'token') = (salt IS NOT NULL))
);
CREATE INDEX credential_operator ON ca.credential (operator_id, id);
COMMENT ON TABLE ca.credential IS 'how an operator shows who he is: the key of a client certificate, or an API token';
COMMENT ON COLUMN ca.credential.id IS 'version 7; a token names it in clear';
COMMENT ON COLUMN ca.credential.operator_id IS 'whose it is';
COMMENT ON COLUMN ca.credential.kind IS 'certificate or token';
COMMENT ON COLUMN ca.credential.name IS 'what he calls it';
COMMENT ON COLUMN ca.credential.hash IS 'certificate: SHA-256 of the SubjectPublicKeyInfo; token: SHA-256 of salt and secret';
COMMENT ON COLUMN ca.credential.salt IS 'of a token';
COMMENT ON COLUMN ca.credential.profiles IS 'profiles that it is for; NULL: all of its operator';
COMMENT ON COLUMN ca.credential.names IS 'names that it is for; NULL: all of its operator';
COMMENT ON COLUMN ca.credential.expires_at IS 'good until then; NULL: as long as its certificate';
COMMENT ON COLUMN ca.credential.created_at IS 'when it was enrolled';
COMMENT ON COLUMN ca.credential.revoked_at IS 'may do nothing since; NULL: not revoked';
COMMENT ON COLUMN ca.credential.seal IS 'over the other columns';
GRANT SELECT ON ca.credential TO ca_front;
GRANT SELECT, INSERT ON ca.credential TO ca_signer;
GRANT UPDATE (revoked_at, seal) ON ca.credential TO ca_signer;

CREATE TABLE ca.operator_group (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9-]{1,63}$'),
    members uuid[] NOT NULL,
    updated_at bigint NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
COMMENT ON TABLE ca.operator_group IS 'named groups of operators, for approval rules';
COMMENT ON COLUMN ca.operator_group.name IS 'name in rules';
COMMENT ON COLUMN ca.operator_group.members IS 'operators';
COMMENT ON COLUMN ca.operator_group.updated_at IS 'last change';
COMMENT ON COLUMN ca.operator_group.seal IS 'over the other columns';
GRANT SELECT ON ca.operator_group TO ca_front;
GRANT SELECT, INSERT ON ca.operator_group TO ca_signer;
GRANT UPDATE (members, updated_at, seal) ON ca.operator_group TO ca_signer;
