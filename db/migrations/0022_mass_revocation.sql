-- SPDX-License-Identifier: Apache-2.0
-- Revocations of many certificates: which, why, and how far each has come.
CREATE TYPE ca.revocation_job_state AS ENUM ('running', 'done', 'cancelled', 'failed');
COMMENT ON TYPE ca.revocation_job_state IS 'enum db_revocation_job_state';

CREATE TABLE ca.revocation_job (
    id uuid PRIMARY KEY,
    profile text NOT NULL,
    authority_id bigint REFERENCES ca.authority,
    requester_id uuid,
    spki_hash bytea CHECK (octet_length(spki_hash) = 32),
    issued_from bigint,
    issued_to bigint,
    listed bytea CHECK (octet_length(listed) % 16 = 0),
    selected_at bigint NOT NULL,
    total bigint NOT NULL CHECK (total > 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    reason integer NOT NULL CHECK (reason BETWEEN 0 AND 10),
    invalidity_date bigint,
    comment text NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    state ca.revocation_job_state NOT NULL DEFAULT 'running',
    position uuid,
    done bigint NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
    revoked bigint NOT NULL DEFAULT 0 CHECK (revoked BETWEEN 0 AND done),
    node text NOT NULL DEFAULT '',
    started_at bigint,
    ended_at bigint,
    ended_by uuid,
    failure text NOT NULL DEFAULT ''
);
COMMENT ON TABLE ca.revocation_job IS 'revocations of many certificates; a row is never deleted';
COMMENT ON COLUMN ca.revocation_job.id IS 'version 7; that of the approval, where others had to agree';
COMMENT ON COLUMN ca.revocation_job.profile IS 'only certificates of it; empty: any';
COMMENT ON COLUMN ca.revocation_job.authority_id IS 'only certificates of this issuer; NULL: any';
COMMENT ON COLUMN ca.revocation_job.requester_id IS 'only certificates that he asked for; NULL: any';
COMMENT ON COLUMN ca.revocation_job.spki_hash IS 'only certificates with this key (SHA-256 of the SubjectPublicKeyInfo); NULL: any';
COMMENT ON COLUMN ca.revocation_job.issued_from IS 'only certificates issued then or later; NULL: any';
COMMENT ON COLUMN ca.revocation_job.issued_to IS 'only certificates issued before; NULL: any';
COMMENT ON COLUMN ca.revocation_job.listed IS 'only these: ids of certificates, one behind the other; NULL: any';
COMMENT ON COLUMN ca.revocation_job.selected_at IS 'what was issued before and had not expired then is meant';
COMMENT ON COLUMN ca.revocation_job.total IS 'how many certificates are meant';
COMMENT ON COLUMN ca.revocation_job.digest IS 'SHA-256 of their ids in order: what was agreed to';
COMMENT ON COLUMN ca.revocation_job.reason IS 'CRLReason (RFC 5280 5.3.1); 6: hold';
COMMENT ON COLUMN ca.revocation_job.invalidity_date IS 'invalidityDate (RFC 5280 5.3.2); NULL: none';
COMMENT ON COLUMN ca.revocation_job.comment IS 'why, in words';
COMMENT ON COLUMN ca.revocation_job.created_at IS 'when it began';
COMMENT ON COLUMN ca.revocation_job.created_by IS 'operator who asked';
COMMENT ON COLUMN ca.revocation_job.seal IS 'over the columns before it';
COMMENT ON COLUMN ca.revocation_job.state IS 'running: to be worked on';
COMMENT ON COLUMN ca.revocation_job.position IS 'the last certificate that was looked at; NULL: none';
COMMENT ON COLUMN ca.revocation_job.done IS 'how many were looked at';
COMMENT ON COLUMN ca.revocation_job.revoked IS 'how many of them it revoked; the others were it already';
COMMENT ON COLUMN ca.revocation_job.node IS 'node that worked on it last';
COMMENT ON COLUMN ca.revocation_job.started_at IS 'when the first were revoked; NULL: not yet';
COMMENT ON COLUMN ca.revocation_job.ended_at IS 'when it ended; NULL: not yet';
COMMENT ON COLUMN ca.revocation_job.ended_by IS 'operator who cancelled it; NULL: nobody';
COMMENT ON COLUMN ca.revocation_job.failure IS 'why it failed';
CREATE INDEX revocation_job_running ON ca.revocation_job (id) WHERE state = 'running';
GRANT SELECT ON ca.revocation_job TO ca_front;
GRANT SELECT, INSERT ON ca.revocation_job TO ca_signer;
GRANT UPDATE (state, position, done, revoked, node, started_at, ended_at, ended_by, failure)
    ON ca.revocation_job TO ca_signer;
