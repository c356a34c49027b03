-- SPDX-License-Identifier: Apache-2.0
CREATE TYPE ca.certificate_state AS ENUM ('valid', 'held', 'revoked', 'burned');
COMMENT ON TYPE ca.certificate_state IS 'enum db_certificate_state';

-- One partition for each quarter, named in the first two octets of the serial (I6), so uniqueness
-- needs no global index and an old quarter is dropped whole.
CREATE TABLE ca.certificate (
    period integer NOT NULL CHECK (period BETWEEN 0 AND 32767),
    id uuid NOT NULL,
    authority_id bigint NOT NULL,
    serial bytea NOT NULL CHECK (octet_length(serial) BETWEEN 1 AND 20),
    state ca.certificate_state NOT NULL,
    der bytea NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    spki_hash bytea NOT NULL CHECK (octet_length(spki_hash) = 32),
    subject text NOT NULL,
    common_name text NOT NULL,
    names text NOT NULL,
    search text[] NOT NULL,
    not_before bigint NOT NULL,
    not_after bigint NOT NULL,
    profile text NOT NULL,
    profile_version bytea,
    request_id uuid,
    requester_id uuid,
    issued_at bigint NOT NULL,
    reason integer NOT NULL DEFAULT -1 CHECK (reason BETWEEN -1 AND 10),
    revoked_at bigint,
    invalidity_date bigint,
    comment text NOT NULL DEFAULT '',
    CONSTRAINT certificate_revocation CHECK ((state = 'valid') = (revoked_at IS NULL)),
    CONSTRAINT certificate_serial UNIQUE (serial, authority_id, period),
    CONSTRAINT certificate_id UNIQUE (id, period)
) PARTITION BY LIST (period);
ALTER TABLE ca.certificate ALTER COLUMN der SET STORAGE EXTERNAL;
CREATE TABLE ca.certificate_other PARTITION OF ca.certificate DEFAULT
    WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE INDEX certificate_not_after ON ca.certificate (not_after, id)
    INCLUDE (authority_id, state); -- the lists by expiry, and the counts without the table
CREATE INDEX certificate_requester ON ca.certificate (requester_id, id);
CREATE INDEX certificate_fingerprint ON ca.certificate (fingerprint);
CREATE INDEX certificate_search ON ca.certificate USING gin (search);
CREATE INDEX certificate_common_name ON ca.certificate (lower(common_name COLLATE "C"));
CREATE INDEX certificate_crl ON ca.certificate (authority_id, serial)
    INCLUDE (reason, revoked_at, invalidity_date, not_after) WHERE state <> 'valid';
CREATE INDEX certificate_not_valid ON ca.certificate (id) WHERE state <> 'valid';

COMMENT ON TABLE ca.certificate IS 'certificates, and serial numbers that were reserved and burned';
COMMENT ON COLUMN ca.certificate.period IS 'partition: 0x4000 + 4 * (year - 2000) + quarter; 0: from elsewhere';
COMMENT ON COLUMN ca.certificate.id IS 'version 7: sorts by age';
COMMENT ON COLUMN ca.certificate.authority_id IS 'issuer';
COMMENT ON COLUMN ca.certificate.serial IS 'serial number, value octets, big-endian';
COMMENT ON COLUMN ca.certificate.state IS 'burned: reserved, never answered, on the CRL for good';
COMMENT ON COLUMN ca.certificate.der IS 'Certificate; when burned: TBSCertificate';
COMMENT ON COLUMN ca.certificate.fingerprint IS 'SHA-256 of der';
COMMENT ON COLUMN ca.certificate.spki_hash IS 'SHA-256 of the SubjectPublicKeyInfo';
COMMENT ON COLUMN ca.certificate.subject IS 'subject, RFC 4514';
COMMENT ON COLUMN ca.certificate.common_name IS 'commonName of the subject; empty: none';
COMMENT ON COLUMN ca.certificate.names IS 'subject alternative names, as DNS:a,IP:b';
COMMENT ON COLUMN ca.certificate.search IS 'commonName and alternative names in lower case, without types';
COMMENT ON COLUMN ca.certificate.not_before IS 'notBefore';
COMMENT ON COLUMN ca.certificate.not_after IS 'notAfter';
COMMENT ON COLUMN ca.certificate.profile IS 'name of the profile';
COMMENT ON COLUMN ca.certificate.profile_version IS 'SHA-256 that names the profile as it was; NULL: adopted';
COMMENT ON COLUMN ca.certificate.request_id IS 'request that it answers; NULL: none';
COMMENT ON COLUMN ca.certificate.requester_id IS 'operator who asked; NULL: none';
COMMENT ON COLUMN ca.certificate.issued_at IS 'when it was recorded';
COMMENT ON COLUMN ca.certificate.reason IS 'CRLReason (RFC 5280 5.3.1); -1: none';
COMMENT ON COLUMN ca.certificate.revoked_at IS 'revocation, hold or burning; NULL: valid';
COMMENT ON COLUMN ca.certificate.invalidity_date IS 'invalidityDate (RFC 5280 5.3.2); NULL: none';
COMMENT ON COLUMN ca.certificate.comment IS 'why it was revoked, in words';
GRANT SELECT ON ca.certificate TO ca_front;
GRANT SELECT, INSERT ON ca.certificate TO ca_signer;
GRANT UPDATE (state, reason, revoked_at, invalidity_date, comment) ON ca.certificate TO ca_signer;

-- DDL is the owner's, but the signer must not stop at a turn of the quarter. It may make exactly
-- this: an empty partition. ATTACH lets readers and writers of the other partitions go on.
CREATE FUNCTION ca.period_ensure(wanted integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part text := format('certificate_%s', wanted);
BEGIN
    IF wanted IS NULL OR wanted NOT BETWEEN 16384 AND 32767 THEN
        RAISE EXCEPTION 'no such period: %', wanted USING ERRCODE = '22023';
    END IF;
    IF to_regclass(format('ca.%I', part)) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ca.period_ensure'));
    IF to_regclass(format('ca.%I', part)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Rows that came before their partition stay where they are.
    IF EXISTS (SELECT FROM ca.certificate_other WHERE period = wanted) THEN
        RETURN false;
    END IF;
    -- Vacuumed often: CRLs and counts are read from indexes alone where pages are known to be visible.
    EXECUTE format('CREATE TABLE ca.%I (LIKE ca.certificate INCLUDING ALL) WITH ('
        'autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)', part);
    EXECUTE format('ALTER TABLE ca.certificate ATTACH PARTITION ca.%I FOR VALUES IN (%s)', part,
        wanted);
    RETURN true;
END
$$;
COMMENT ON FUNCTION ca.period_ensure(integer) IS 'makes the partition of a quarter where it is missing';
REVOKE ALL ON FUNCTION ca.period_ensure(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ca.period_ensure(integer) TO ca_signer;
