-- SPDX-License-Identifier: Apache-2.0
-- What the rules that look at earlier certificates need: who brought a key, and what is about to be
-- issued but not on record as a certificate yet.
DROP INDEX ca.certificate_spki;
CREATE INDEX certificate_spki ON ca.certificate (spki_hash, requester_id);

CREATE TABLE ca.claim (
    authority_id bigint NOT NULL,
    serial bytea NOT NULL CHECK (octet_length(serial) BETWEEN 1 AND 20),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    requester_id uuid NOT NULL,
    profile text NOT NULL,
    spki_hash bytea NOT NULL CHECK (octet_length(spki_hash) = 32),
    common_name text NOT NULL,
    search text[] NOT NULL,
    not_after bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (authority_id, serial)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0); -- every row is of use for milliseconds
COMMENT ON TABLE ca.claim IS 'what an open intent takes up of limits, names and keys; of use as long as its intent is open';
COMMENT ON COLUMN ca.claim.authority_id IS 'authority of the intent';
COMMENT ON COLUMN ca.claim.serial IS 'serial number of the intent';
COMMENT ON COLUMN ca.claim.transaction_id IS 'transaction that writes claim and intent';
COMMENT ON COLUMN ca.claim.requester_id IS 'operator who asks';
COMMENT ON COLUMN ca.claim.profile IS 'name of the profile';
COMMENT ON COLUMN ca.claim.spki_hash IS 'SHA-256 of the SubjectPublicKeyInfo';
COMMENT ON COLUMN ca.claim.common_name IS 'commonName of the subject; empty: none';
COMMENT ON COLUMN ca.claim.search IS 'commonName and alternative names in lower case, without types';
COMMENT ON COLUMN ca.claim.not_after IS 'notAfter';
COMMENT ON COLUMN ca.claim.created_at IS 'when it was written';
GRANT SELECT, INSERT, DELETE ON ca.claim TO ca_signer;
