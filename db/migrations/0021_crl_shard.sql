-- SPDX-License-Identifier: Apache-2.0
-- What CRLs are made of, in rows of a hundred octets: a CRL is then one index read in order, however
-- wide the certificates are, however many quarters they lie in, and whatever vacuum has seen of them.
ALTER TABLE ca.certificate ADD COLUMN crl_shard integer NOT NULL DEFAULT 0 CHECK (crl_shard >= 0);
COMMENT ON COLUMN ca.certificate.crl_shard IS 'part of its authority''s CRL that it names and is listed on; 0: the whole';

CREATE TABLE ca.crl_entry (
    authority_id bigint NOT NULL,
    shard integer NOT NULL,
    serial bytea NOT NULL,
    reason integer NOT NULL,
    revoked_at bigint NOT NULL,
    invalidity_date bigint,
    not_after bigint NOT NULL,
    PRIMARY KEY (authority_id, shard, serial)
        INCLUDE (reason, revoked_at, invalidity_date, not_after)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX crl_entry_revoked_at ON ca.crl_entry (authority_id, revoked_at, shard);
COMMENT ON TABLE ca.crl_entry IS 'certificates that are not valid, as CRLs list them; follows ca.certificate';
COMMENT ON COLUMN ca.crl_entry.authority_id IS 'issuer';
COMMENT ON COLUMN ca.crl_entry.shard IS 'crl_shard of the certificate';
COMMENT ON COLUMN ca.crl_entry.serial IS 'serial number, value octets, big-endian';
COMMENT ON COLUMN ca.crl_entry.reason IS 'CRLReason; -1: none; 8: released from hold, on delta CRLs alone';
COMMENT ON COLUMN ca.crl_entry.revoked_at IS 'revocation, hold, burning or release';
COMMENT ON COLUMN ca.crl_entry.invalidity_date IS 'invalidityDate (RFC 5280 5.3.2); NULL: none';
COMMENT ON COLUMN ca.crl_entry.not_after IS 'notAfter of the certificate';
GRANT SELECT ON ca.crl_entry TO ca_signer;

-- No role writes it: whatever moves a certificate moves its entry, in the same statement (I11).
CREATE FUNCTION ca.crl_entry_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state = 'valid' THEN
        UPDATE ca.crl_entry
        SET reason = 8, revoked_at = extract(epoch FROM statement_timestamp()),
            invalidity_date = NULL
        WHERE authority_id = NEW.authority_id AND shard = NEW.crl_shard AND serial = NEW.serial;
    ELSE
        INSERT INTO ca.crl_entry AS e (authority_id, shard, serial, reason, revoked_at,
            invalidity_date, not_after)
        VALUES (NEW.authority_id, NEW.crl_shard, NEW.serial, NEW.reason, NEW.revoked_at,
            NEW.invalidity_date, NEW.not_after)
        ON CONFLICT (authority_id, shard, serial) DO UPDATE
        SET reason = excluded.reason, revoked_at = excluded.revoked_at,
            invalidity_date = excluded.invalidity_date,
            not_after = greatest(e.not_after, excluded.not_after);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ca.crl_entry_follow() IS 'keeps ca.crl_entry as ca.certificate is';
REVOKE ALL ON FUNCTION ca.crl_entry_follow() FROM PUBLIC;
CREATE TRIGGER crl_entry_insert AFTER INSERT ON ca.certificate
    FOR EACH ROW WHEN (NEW.state <> 'valid') EXECUTE FUNCTION ca.crl_entry_follow();
CREATE TRIGGER crl_entry_update AFTER UPDATE OF state, reason, revoked_at, invalidity_date
    ON ca.certificate
    FOR EACH ROW WHEN (OLD.state <> 'valid' OR NEW.state <> 'valid')
    EXECUTE FUNCTION ca.crl_entry_follow();

INSERT INTO ca.crl_entry (authority_id, shard, serial, reason, revoked_at, invalidity_date, not_after)
SELECT authority_id, 0, serial, max(reason), min(revoked_at), min(invalidity_date), max(not_after)
FROM ca.certificate
WHERE state <> 'valid'
GROUP BY authority_id, serial;
DROP INDEX ca.certificate_crl;
DROP INDEX ca.certificate_revoked_at;
