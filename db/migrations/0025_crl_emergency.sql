-- SPDX-License-Identifier: Apache-2.0
-- CRLs that are signed ahead with a longer validity, held back, and published when no newer one can
-- be made. Their octets are the signer's alone until then: whoever served one early could hide
-- later revocations for as long as it is valid.
ALTER TABLE ca.authority
    ADD COLUMN crl_emergency_s integer NOT NULL DEFAULT 0 CHECK (crl_emergency_s >= 0);
COMMENT ON COLUMN ca.authority.crl_emergency_s IS 'validity of the CRLs that are signed ahead, seconds; 0: none are';
GRANT UPDATE (crl_emergency_s) ON ca.authority TO ca_signer;

ALTER TABLE ca.crl_scope ADD COLUMN ahead bigint CHECK (ahead > 0);
COMMENT ON COLUMN ca.crl_scope.ahead IS 'last CRL number that was reserved for one signed ahead; far above reserved, which follows once one is published; NULL: none';
GRANT UPDATE (ahead) ON ca.crl_scope TO ca_signer;

ALTER TABLE ca.crl ADD COLUMN emergency boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ca.crl.emergency IS 'it was signed ahead and published because no newer one could be made';

CREATE TABLE ca.crl_ahead (
    authority_id bigint NOT NULL REFERENCES ca.authority,
    shard integer NOT NULL CHECK (shard >= 0),
    number bigint NOT NULL CHECK (number > 0),
    beside bigint NOT NULL CHECK (beside > 0),
    this_update bigint NOT NULL,
    next_update bigint NOT NULL,
    entries bigint NOT NULL CHECK (entries >= 0),
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    node text NOT NULL,
    PRIMARY KEY (authority_id, shard)
);
COMMENT ON TABLE ca.crl_ahead IS 'the CRL of each part that is signed ahead and not published';
COMMENT ON COLUMN ca.crl_ahead.authority_id IS 'issuer';
COMMENT ON COLUMN ca.crl_ahead.shard IS 'part of the authority''s CRL; 0: the whole';
COMMENT ON COLUMN ca.crl_ahead.number IS 'CRLNumber (RFC 5280 5.2.3)';
COMMENT ON COLUMN ca.crl_ahead.beside IS 'CRLNumber of the published one that was made with it, of the same entries';
COMMENT ON COLUMN ca.crl_ahead.this_update IS 'thisUpdate';
COMMENT ON COLUMN ca.crl_ahead.next_update IS 'nextUpdate';
COMMENT ON COLUMN ca.crl_ahead.entries IS 'how many certificates are on it';
COMMENT ON COLUMN ca.crl_ahead.size IS 'octets of DER';
COMMENT ON COLUMN ca.crl_ahead.sha256 IS 'SHA-256 of the DER';
COMMENT ON COLUMN ca.crl_ahead.node IS 'node that made it';
GRANT SELECT ON ca.crl_ahead TO ca_front;
GRANT SELECT, INSERT, UPDATE, DELETE ON ca.crl_ahead TO ca_signer;

CREATE TABLE ca.crl_ahead_chunk (
    authority_id bigint NOT NULL,
    shard integer NOT NULL,
    number bigint NOT NULL,
    sequence integer NOT NULL CHECK (sequence >= 0),
    bytes bytea NOT NULL,
    PRIMARY KEY (authority_id, shard, number, sequence)
);
ALTER TABLE ca.crl_ahead_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE ca.crl_ahead_chunk IS 'the octets of CRLs that are signed ahead; the front does not read them';
COMMENT ON COLUMN ca.crl_ahead_chunk.authority_id IS 'issuer';
COMMENT ON COLUMN ca.crl_ahead_chunk.shard IS 'part of the authority''s CRL';
COMMENT ON COLUMN ca.crl_ahead_chunk.number IS 'CRLNumber';
COMMENT ON COLUMN ca.crl_ahead_chunk.sequence IS 'from 0';
COMMENT ON COLUMN ca.crl_ahead_chunk.bytes IS 'at most 256 KiB';
GRANT SELECT, INSERT, DELETE ON ca.crl_ahead_chunk TO ca_signer;
