-- SPDX-License-Identifier: Apache-2.0
-- No foreign keys here and on certificate: each costs a look-up and a row lock for every row of a
-- batch, and no service role can delete what they would point to.
CREATE TYPE ca.request_state AS ENUM ('pending', 'approved', 'issuing', 'issued', 'denied',
    'withdrawn', 'expired', 'failed');
COMMENT ON TYPE ca.request_state IS 'enum db_request_state';

CREATE TABLE ca.request (
    id uuid PRIMARY KEY,
    state ca.request_state NOT NULL,
    requester_id uuid NOT NULL,
    channel text NOT NULL,
    idempotency_key text NOT NULL CHECK (octet_length(idempotency_key) <= 255),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    profile text NOT NULL,
    profile_version bytea NOT NULL CHECK (octet_length(profile_version) = 32),
    authority_id bigint NOT NULL,
    csr bytea,
    overrides bytea,
    comment text NOT NULL,
    subject text NOT NULL,
    plan_digest bytea,
    certificate_id uuid,
    serial bytea,
    created_at bigint NOT NULL,
    decided_at bigint,
    interrupted integer NOT NULL DEFAULT 0,
    CONSTRAINT request_idempotency_key UNIQUE (requester_id, idempotency_key),
    CHECK ((state = 'issued') = (certificate_id IS NOT NULL))
);
ALTER TABLE ca.request ALTER COLUMN csr SET STORAGE EXTERNAL, -- compressing costs more than it saves
    ALTER COLUMN overrides SET STORAGE EXTERNAL;
-- Lists by requester, and lists of every state that is not the end of nearly all.
CREATE INDEX request_requester ON ca.request (requester_id, id);
CREATE INDEX request_state ON ca.request (state, id) WHERE state <> 'issued';
COMMENT ON TABLE ca.request IS 'requests for certificates, from submission to their end';
COMMENT ON COLUMN ca.request.id IS 'version 7: sorts by age';
COMMENT ON COLUMN ca.request.state IS 'changed by compare-and-set only';
COMMENT ON COLUMN ca.request.requester_id IS 'operator who asks';
COMMENT ON COLUMN ca.request.channel IS 'rest, local, scep, …';
COMMENT ON COLUMN ca.request.idempotency_key IS 'the same key of the same requester is the same request';
COMMENT ON COLUMN ca.request.content_hash IS 'SHA-256 of what was asked';
COMMENT ON COLUMN ca.request.profile IS 'name of the profile';
COMMENT ON COLUMN ca.request.profile_version IS 'SHA-256 that names the profile as it was';
COMMENT ON COLUMN ca.request.authority_id IS 'authority that is to issue';
COMMENT ON COLUMN ca.request.csr IS 'PKCS#10, DER';
COMMENT ON COLUMN ca.request.overrides IS 'what was asked besides the PKCS#10; opaque here';
COMMENT ON COLUMN ca.request.comment IS 'the requester''s own words';
COMMENT ON COLUMN ca.request.subject IS 'subject, RFC 4514';
COMMENT ON COLUMN ca.request.plan_digest IS 'digest of what is to be signed; votes are bound to it';
COMMENT ON COLUMN ca.request.certificate_id IS 'the answer; NULL until issued';
COMMENT ON COLUMN ca.request.serial IS 'serial number of the answer; NULL until issued';
COMMENT ON COLUMN ca.request.created_at IS 'submission';
COMMENT ON COLUMN ca.request.decided_at IS 'approval or denial; NULL: not yet';
COMMENT ON COLUMN ca.request.interrupted IS 'how many signer ends it was in flight at';
GRANT SELECT ON ca.request TO ca_front;
GRANT SELECT, INSERT ON ca.request TO ca_signer;
GRANT UPDATE (state, certificate_id, serial, decided_at, interrupted) ON ca.request TO ca_signer;

CREATE TABLE ca.intent (
    authority_id bigint NOT NULL,
    serial bytea NOT NULL CHECK (octet_length(serial) BETWEEN 1 AND 20),
    request_id uuid,
    certificate_id uuid NOT NULL,
    tbs bytea NOT NULL,
    profile_version bytea NOT NULL CHECK (octet_length(profile_version) = 32),
    node text NOT NULL,
    created_at bigint NOT NULL,
    deadline_at bigint NOT NULL,
    PRIMARY KEY (authority_id, serial)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0); -- every row lives for milliseconds
ALTER TABLE ca.intent ALTER COLUMN tbs SET STORAGE EXTERNAL;
COMMENT ON TABLE ca.intent IS 'signatures that may have been asked for and are not on record yet (I1, I5)';
COMMENT ON COLUMN ca.intent.authority_id IS 'authority that signs';
COMMENT ON COLUMN ca.intent.serial IS 'serial number, value octets';
COMMENT ON COLUMN ca.intent.request_id IS 'request that it answers; NULL: a certificate of an authority''s own';
COMMENT ON COLUMN ca.intent.certificate_id IS 'id that the certificate gets';
COMMENT ON COLUMN ca.intent.tbs IS 'TBSCertificate, the exact octets to be signed';
COMMENT ON COLUMN ca.intent.profile_version IS 'SHA-256 that names the profile as it was';
COMMENT ON COLUMN ca.intent.node IS 'node that signs';
COMMENT ON COLUMN ca.intent.created_at IS 'when it was written';
COMMENT ON COLUMN ca.intent.deadline_at IS 'open after this, something is wrong';
GRANT SELECT, INSERT, DELETE ON ca.intent TO ca_signer;
