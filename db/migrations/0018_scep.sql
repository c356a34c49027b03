-- SPDX-License-Identifier: Apache-2.0
-- SCEP (RFC 8894): doors for devices, what lets them in, and what they call their transactions.
CREATE TABLE ca.scep_endpoint (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 63),
    operator_id uuid NOT NULL,
    profile text NOT NULL,
    authority text NOT NULL,
    ra_key text NOT NULL,
    enabled boolean NOT NULL,
    modes integer NOT NULL,
    legacy integer NOT NULL,
    switches integer NOT NULL,
    webhook_url text NOT NULL CHECK (octet_length(webhook_url) <= 512),
    challenge_validity integer NOT NULL,
    static_salt bytea,
    static_hash bytea CHECK (octet_length(static_hash) = 32),
    created_at bigint NOT NULL,
    removed_at bigint,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    CONSTRAINT scep_endpoint_static CHECK ((static_salt IS NULL) = (static_hash IS NULL))
);
CREATE UNIQUE INDEX scep_endpoint_name ON ca.scep_endpoint (name) WHERE removed_at IS NULL;
COMMENT ON TABLE ca.scep_endpoint IS 'SCEP endpoints';
COMMENT ON COLUMN ca.scep_endpoint.id IS 'version 7';
COMMENT ON COLUMN ca.scep_endpoint.name IS 'as in its address';
COMMENT ON COLUMN ca.scep_endpoint.operator_id IS 'the requester of everything that comes in here';
COMMENT ON COLUMN ca.scep_endpoint.profile IS 'name of the profile that decides';
COMMENT ON COLUMN ca.scep_endpoint.authority IS 'name of the authority that issues';
COMMENT ON COLUMN ca.scep_endpoint.ra_key IS 'what the next RA key is, as rsa:2048';
COMMENT ON COLUMN ca.scep_endpoint.enabled IS 'false: nobody gets in';
COMMENT ON COLUMN ca.scep_endpoint.modes IS 'bits of enum db_scep_mode';
COMMENT ON COLUMN ca.scep_endpoint.legacy IS 'bits of enum db_scep_legacy';
COMMENT ON COLUMN ca.scep_endpoint.switches IS 'bits of enum db_scep_switch';
COMMENT ON COLUMN ca.scep_endpoint.webhook_url IS 'who decides, in that mode; empty: nobody';
COMMENT ON COLUMN ca.scep_endpoint.challenge_validity IS 'seconds that a new challenge is good for';
COMMENT ON COLUMN ca.scep_endpoint.static_salt IS 'of static_hash; NULL: there is none';
COMMENT ON COLUMN ca.scep_endpoint.static_hash IS 'SHA-256 of salt and static challenge; NULL: none was made';
COMMENT ON COLUMN ca.scep_endpoint.created_at IS 'when it was made';
COMMENT ON COLUMN ca.scep_endpoint.removed_at IS 'when it was removed; NULL: it is there';
COMMENT ON COLUMN ca.scep_endpoint.seal IS 'HMAC over the row, by a key in the CA token';
GRANT SELECT ON ca.scep_endpoint TO ca_front;
GRANT SELECT, INSERT ON ca.scep_endpoint TO ca_signer;
GRANT UPDATE (profile, authority, ra_key, enabled, modes, legacy, switches, webhook_url,
    challenge_validity, static_salt, static_hash, removed_at, seal) ON ca.scep_endpoint TO ca_signer;

CREATE TABLE ca.scep_challenge (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL,
    salt bytea NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    profile text NOT NULL,
    subject text NOT NULL,
    names text NOT NULL,
    any_name boolean NOT NULL,
    comment text NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    expires_at bigint NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    used_at bigint,
    request_id uuid,
    revoked_at bigint,
    CONSTRAINT scep_challenge_use CHECK ((used_at IS NULL) = (request_id IS NULL))
);
CREATE INDEX scep_challenge_newest ON ca.scep_challenge (endpoint_id, id);
COMMENT ON TABLE ca.scep_challenge IS 'challenges for one use';
COMMENT ON COLUMN ca.scep_challenge.id IS 'version 7; a part of the challenge';
COMMENT ON COLUMN ca.scep_challenge.endpoint_id IS 'endpoint that takes it';
COMMENT ON COLUMN ca.scep_challenge.salt IS 'of hash';
COMMENT ON COLUMN ca.scep_challenge.hash IS 'SHA-256 of salt and challenge';
COMMENT ON COLUMN ca.scep_challenge.profile IS 'that the endpoint had when it was made';
COMMENT ON COLUMN ca.scep_challenge.subject IS 'RFC 4514: exactly this one; empty: none, unless any_name';
COMMENT ON COLUMN ca.scep_challenge.names IS 'alternative names as DNS:a,IP:b: no others; empty: none, unless any_name';
COMMENT ON COLUMN ca.scep_challenge.any_name IS 'for whatever names the profile lets through';
COMMENT ON COLUMN ca.scep_challenge.comment IS 'what it is for, in words';
COMMENT ON COLUMN ca.scep_challenge.created_at IS 'when it was made';
COMMENT ON COLUMN ca.scep_challenge.created_by IS 'operator';
COMMENT ON COLUMN ca.scep_challenge.expires_at IS 'not good from then on';
COMMENT ON COLUMN ca.scep_challenge.seal IS 'HMAC over the columns before it, by a key in the CA token';
COMMENT ON COLUMN ca.scep_challenge.used_at IS 'when it was used; NULL: not';
COMMENT ON COLUMN ca.scep_challenge.request_id IS 'request that used it; NULL: none';
COMMENT ON COLUMN ca.scep_challenge.revoked_at IS 'when it was taken back; NULL: not';
GRANT SELECT ON ca.scep_challenge TO ca_front;
GRANT SELECT, INSERT ON ca.scep_challenge TO ca_signer;
GRANT UPDATE (used_at, request_id, revoked_at) ON ca.scep_challenge TO ca_signer;

CREATE TABLE ca.scep_transaction (
    request_id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL,
    transaction_id text NOT NULL CHECK (octet_length(transaction_id) BETWEEN 1 AND 255),
    spki_hash bytea NOT NULL CHECK (octet_length(spki_hash) = 32),
    csr_hash bytea NOT NULL CHECK (octet_length(csr_hash) = 32),
    renews uuid,
    remote text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX scep_transaction_find
    ON ca.scep_transaction (endpoint_id, transaction_id, spki_hash, request_id);
CREATE INDEX scep_transaction_newest ON ca.scep_transaction (endpoint_id, request_id);
COMMENT ON TABLE ca.scep_transaction IS 'requests that came in at SCEP endpoints, and what their clients call them';
COMMENT ON COLUMN ca.scep_transaction.request_id IS 'request; version 7';
COMMENT ON COLUMN ca.scep_transaction.endpoint_id IS 'endpoint that it came in at';
COMMENT ON COLUMN ca.scep_transaction.transaction_id IS 'the client''s transactionID (RFC 8894 3.2.1.1); stable for a key, so not unique';
COMMENT ON COLUMN ca.scep_transaction.spki_hash IS 'SHA-256 of the SubjectPublicKeyInfo in the PKCS#10';
COMMENT ON COLUMN ca.scep_transaction.csr_hash IS 'SHA-256 of the PKCS#10';
COMMENT ON COLUMN ca.scep_transaction.renews IS 'certificate that it renews; NULL: none';
COMMENT ON COLUMN ca.scep_transaction.remote IS 'address of the client';
COMMENT ON COLUMN ca.scep_transaction.created_at IS 'when it came';
GRANT SELECT ON ca.scep_transaction TO ca_front;
GRANT SELECT, INSERT ON ca.scep_transaction TO ca_signer;
