-- SPDX-License-Identifier: Apache-2.0
-- What is said of certificates changed: caches of OCSP answers follow this.
-- A reader must miss nothing that commits late. It remembers a snapshot, and reads what that one did
-- not show: so each row has its transaction, and rows are found by it.
CREATE TABLE ca.status_change (
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    authority_id bigint NOT NULL,
    serial bytea NOT NULL CHECK (octet_length(serial) BETWEEN 1 AND 20),
    at bigint NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp())),
    PRIMARY KEY (transaction, id)
);
COMMENT ON TABLE ca.status_change IS 'certificates that were revoked, held or released, and serials that were burned, of the last day';
COMMENT ON COLUMN ca.status_change.transaction IS 'that changed it';
COMMENT ON COLUMN ca.status_change.id IS 'order in a transaction';
COMMENT ON COLUMN ca.status_change.authority_id IS 'issuer';
COMMENT ON COLUMN ca.status_change.serial IS 'serial number, value octets';
COMMENT ON COLUMN ca.status_change.at IS 'when, by the clock of this server';
GRANT SELECT ON ca.status_change TO ca_front;
GRANT SELECT, INSERT, DELETE ON ca.status_change TO ca_signer;

-- Every way of changing a state ends here, also those to come; partitions get it when they are
-- attached. Rows that are inserted say it themselves, or issuing would pay for it: only burning does.
CREATE FUNCTION ca.status_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ca.status_change (authority_id, serial) VALUES (NEW.authority_id, NEW.serial);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ca.status_changed() IS 'puts a row into status_change';
REVOKE ALL ON FUNCTION ca.status_changed() FROM PUBLIC;
CREATE TRIGGER status_changed AFTER UPDATE OF state ON ca.certificate
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION ca.status_changed();
COMMENT ON TRIGGER status_changed ON ca.certificate IS 'caches of OCSP answers follow status_change';
