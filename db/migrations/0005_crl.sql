-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE ca.crl (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authority_id bigint NOT NULL REFERENCES ca.authority,
    number bigint NOT NULL CHECK (number > 0),
    this_update bigint NOT NULL,
    next_update bigint NOT NULL,
    entries bigint NOT NULL CHECK (entries >= 0),
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    node text NOT NULL,
    UNIQUE (authority_id, number)
);
COMMENT ON TABLE ca.crl IS 'certificate revocation lists that were published';
COMMENT ON COLUMN ca.crl.id IS 'short id';
COMMENT ON COLUMN ca.crl.authority_id IS 'issuer';
COMMENT ON COLUMN ca.crl.number IS 'CRLNumber (RFC 5280 5.2.3), increasing for each issuer (I12)';
COMMENT ON COLUMN ca.crl.this_update IS 'thisUpdate';
COMMENT ON COLUMN ca.crl.next_update IS 'nextUpdate';
COMMENT ON COLUMN ca.crl.entries IS 'how many certificates are on it';
COMMENT ON COLUMN ca.crl.size IS 'octets of DER';
COMMENT ON COLUMN ca.crl.sha256 IS 'SHA-256 of the DER';
COMMENT ON COLUMN ca.crl.node IS 'node that made it';
GRANT SELECT ON ca.crl TO ca_front;
GRANT SELECT, INSERT ON ca.crl TO ca_signer;

CREATE TABLE ca.crl_chunk (
    crl_id bigint NOT NULL,
    sequence integer NOT NULL CHECK (sequence >= 0),
    bytes bytea NOT NULL,
    PRIMARY KEY (crl_id, sequence)
);
ALTER TABLE ca.crl_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE ca.crl_chunk IS 'the octets of a CRL, in pieces; those of old CRLs are dropped';
COMMENT ON COLUMN ca.crl_chunk.crl_id IS 'of which CRL';
COMMENT ON COLUMN ca.crl_chunk.sequence IS 'from 0';
COMMENT ON COLUMN ca.crl_chunk.bytes IS 'at most 256 KiB';
GRANT SELECT ON ca.crl_chunk TO ca_front;
GRANT SELECT, INSERT, DELETE ON ca.crl_chunk TO ca_signer;
