-- SPDX-License-Identifier: Apache-2.0
-- A CRL in parts (shards), and delta CRLs beside each part. Every part has a sequence of numbers of
-- its own that its deltas share (RFC 5280 5.2.3); the whole CRL is part 0.
ALTER TABLE ca.authority
    ADD COLUMN crl_shards integer NOT NULL DEFAULT 0 CHECK (crl_shards BETWEEN 0 AND 256),
    ADD COLUMN crl_delta_interval_s integer NOT NULL DEFAULT 0 CHECK (crl_delta_interval_s >= 0);
COMMENT ON COLUMN ca.authority.crl_shards IS 'how many parts new certificates are spread over; only grows; 0: one whole CRL';
COMMENT ON COLUMN ca.authority.crl_delta_interval_s IS 'longest time between two delta CRLs, seconds; 0: none';

CREATE TABLE ca.crl_scope (
    authority_id bigint NOT NULL REFERENCES ca.authority,
    shard integer NOT NULL CHECK (shard >= 0),
    reserved bigint NOT NULL CHECK (reserved >= 0),
    published bigint NOT NULL DEFAULT 0 CHECK (published BETWEEN 0 AND reserved),
    PRIMARY KEY (authority_id, shard)
);
COMMENT ON TABLE ca.crl_scope IS 'CRL numbers, a sequence for each part of an authority''s CRL';
COMMENT ON COLUMN ca.crl_scope.authority_id IS 'issuer';
COMMENT ON COLUMN ca.crl_scope.shard IS 'part; 0: the whole';
COMMENT ON COLUMN ca.crl_scope.reserved IS 'last CRL number that was reserved (I12)';
COMMENT ON COLUMN ca.crl_scope.published IS 'last CRL number that was published, delta or not';
GRANT SELECT, INSERT, UPDATE (reserved, published) ON ca.crl_scope TO ca_signer;
INSERT INTO ca.crl_scope (authority_id, shard, reserved, published)
SELECT id, 0, crl_number, crl_published FROM ca.authority;
REVOKE UPDATE (crl_number, crl_published) ON ca.authority FROM ca_signer;
ALTER TABLE ca.authority DROP COLUMN crl_published;
COMMENT ON COLUMN ca.authority.crl_number IS 'last CRL number that was used elsewhere; numbers go on from there (I12)';
GRANT UPDATE (crl_shards, crl_delta_interval_s, crl_validity_s, crl_interval_s) ON ca.authority TO ca_signer;

ALTER TABLE ca.crl
    ADD COLUMN shard integer NOT NULL DEFAULT 0 CHECK (shard >= 0),
    ADD COLUMN base_number bigint CHECK (base_number BETWEEN 1 AND number - 1),
    DROP CONSTRAINT crl_authority_id_number_key,
    ADD CONSTRAINT crl_number UNIQUE (authority_id, shard, number);
COMMENT ON COLUMN ca.crl.shard IS 'part of the authority''s CRL; 0: the whole';
COMMENT ON COLUMN ca.crl.base_number IS 'BaseCRLNumber of a delta CRL (RFC 5280 5.2.4); NULL: complete';
CREATE INDEX crl_newest ON ca.crl (authority_id, shard, (base_number IS NULL), number);
ALTER TABLE ca.crl_stage ADD COLUMN shard integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ca.crl_stage.shard IS 'part of the authority''s CRL';
