-- SPDX-License-Identifier: Apache-2.0
-- A CRL of tens of megabytes is stored in a transaction of its own and published in another, short
-- one: whoever publishes also writes the audit log, and issuance waits behind that writer.
CREATE TABLE ca.crl_stage (
    crl_id bigint PRIMARY KEY,
    authority_id bigint NOT NULL REFERENCES ca.authority,
    node text NOT NULL,
    created_at bigint NOT NULL DEFAULT extract(epoch FROM now())
);
COMMENT ON TABLE ca.crl_stage IS 'CRLs whose octets are stored or being stored, not yet published';
COMMENT ON COLUMN ca.crl_stage.crl_id IS 'id that it has in crl and crl_chunk once published';
COMMENT ON COLUMN ca.crl_stage.authority_id IS 'issuer; the next one of this issuer drops what an earlier one left';
COMMENT ON COLUMN ca.crl_stage.node IS 'node that makes it';
COMMENT ON COLUMN ca.crl_stage.created_at IS 'when it was begun';
CREATE INDEX crl_stage_authority ON ca.crl_stage (authority_id);
GRANT SELECT, INSERT, DELETE ON ca.crl_stage TO ca_signer;
GRANT USAGE ON SEQUENCE ca.crl_id_seq TO ca_signer;

-- Is there a revocation that the newest CRL cannot show? Asked every few seconds.
CREATE INDEX certificate_revoked_at ON ca.certificate (authority_id, revoked_at)
    WHERE state <> 'valid';
