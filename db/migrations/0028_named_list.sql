-- SPDX-License-Identifier: Apache-2.0
-- Lists of certificates that are named one by one, too long for one call: they come in pieces, are
-- completed with their number and digest, and are worked off by one revocation job. What is here is
-- dropped some time after its job has ended; the job keeps number and digest.
CREATE TABLE ca.named_list (
    id uuid PRIMARY KEY,
    authority_id bigint REFERENCES ca.authority,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    expires_at bigint NOT NULL,
    named bigint CHECK (named BETWEEN 1 AND 1000000),
    digest bytea CHECK (octet_length(digest) = 32),
    parts integer CHECK (parts BETWEEN 0 AND 1000),
    unknown_n bigint CHECK (unknown_n BETWEEN 0 AND named),
    unknown text,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    CHECK (num_nulls(named, digest, parts, unknown_n, unknown) IN (0, 5))
);
COMMENT ON TABLE ca.named_list IS 'certificates that somebody names for a mass revocation, in pieces';
COMMENT ON COLUMN ca.named_list.id IS 'version 7';
COMMENT ON COLUMN ca.named_list.authority_id IS 'issuer of those that are named; NULL: any';
COMMENT ON COLUMN ca.named_list.created_at IS 'when it was begun';
COMMENT ON COLUMN ca.named_list.created_by IS 'operator whose list it is';
COMMENT ON COLUMN ca.named_list.expires_at IS 'when it is dropped, unless a job works on it';
COMMENT ON COLUMN ca.named_list.named IS 'how many are named, each once; NULL: it is not complete, as the next four';
COMMENT ON COLUMN ca.named_list.digest IS 'SHA-256 of their names, each once and in order, a line each';
COMMENT ON COLUMN ca.named_list.parts IS 'rows in named_list_part';
COMMENT ON COLUMN ca.named_list.unknown_n IS 'of those that are named: there is no such certificate, or several';
COMMENT ON COLUMN ca.named_list.unknown IS 'the first of these, a line each';
COMMENT ON COLUMN ca.named_list.seal IS 'over the columns before it';
CREATE INDEX named_list_expires ON ca.named_list (expires_at);
GRANT SELECT ON ca.named_list TO ca_front;
GRANT SELECT, INSERT, DELETE ON ca.named_list TO ca_signer;
GRANT UPDATE (expires_at, named, digest, parts, unknown_n, unknown, seal) ON ca.named_list TO ca_signer;

CREATE TABLE ca.named_list_piece (
    list_id uuid NOT NULL REFERENCES ca.named_list ON DELETE CASCADE,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 1000),
    named integer NOT NULL CHECK (named BETWEEN 1 AND 10000),
    names bytea NOT NULL,
    ids bytea CHECK (octet_length(ids) % 16 = 0),
    unknown_n integer NOT NULL CHECK (unknown_n BETWEEN 0 AND named),
    unknown text NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    PRIMARY KEY (list_id, number)
);
COMMENT ON TABLE ca.named_list_piece IS 'what came of a list that is not complete';
COMMENT ON COLUMN ca.named_list_piece.list_id IS 'its list';
COMMENT ON COLUMN ca.named_list_piece.number IS 'from 1, without gaps when it is completed';
COMMENT ON COLUMN ca.named_list_piece.named IS 'how many it names';
COMMENT ON COLUMN ca.named_list_piece.names IS 'as they came: a letter for the kind, the length in an octet, the octets';
COMMENT ON COLUMN ca.named_list_piece.ids IS 'certificates that were found, in order, each once; NULL: none';
COMMENT ON COLUMN ca.named_list_piece.unknown_n IS 'how many were not found, or were several';
COMMENT ON COLUMN ca.named_list_piece.unknown IS 'the first of these, a line each';
COMMENT ON COLUMN ca.named_list_piece.seal IS 'over the columns before it';
GRANT SELECT (list_id, number, named) ON ca.named_list_piece TO ca_front;
GRANT SELECT, INSERT, DELETE ON ca.named_list_piece TO ca_signer;

CREATE TABLE ca.named_list_part (
    list_id uuid NOT NULL REFERENCES ca.named_list ON DELETE CASCADE,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 1000),
    ids bytea NOT NULL CHECK (octet_length(ids) BETWEEN 16 AND 160000 AND octet_length(ids) % 16 = 0),
    last uuid NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    PRIMARY KEY (list_id, number)
);
COMMENT ON TABLE ca.named_list_part IS 'the certificates of a list that is complete, each once';
COMMENT ON COLUMN ca.named_list_part.list_id IS 'its list';
COMMENT ON COLUMN ca.named_list_part.number IS 'from 1; all ids of a part come before those of the next';
COMMENT ON COLUMN ca.named_list_part.ids IS 'of certificates, in order, one behind the other';
COMMENT ON COLUMN ca.named_list_part.last IS 'the last of them';
COMMENT ON COLUMN ca.named_list_part.seal IS 'over the columns before it';
GRANT SELECT, INSERT, DELETE ON ca.named_list_part TO ca_signer;
GRANT UPDATE (ids, last, seal) ON ca.named_list_part TO ca_signer;

ALTER TABLE ca.revocation_job
    ADD COLUMN list_id uuid,
    ADD COLUMN list_named bigint,
    ADD COLUMN list_digest bytea CHECK (octet_length(list_digest) = 32),
    ADD CHECK (num_nulls(list_id, list_named, list_digest) IN (0, 3));
COMMENT ON COLUMN ca.revocation_job.list_id IS 'only what this list names, which is gone later; NULL: any. In the seal, as the next two';
COMMENT ON COLUMN ca.revocation_job.list_named IS 'how many it names';
COMMENT ON COLUMN ca.revocation_job.list_digest IS 'SHA-256 of their names, each once and in order, a line each';
CREATE INDEX revocation_job_list ON ca.revocation_job (list_id) WHERE list_id IS NOT NULL;
