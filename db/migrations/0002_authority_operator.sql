-- SPDX-License-Identifier: Apache-2.0
CREATE TYPE ca.authority_state AS ENUM ('pending', 'active', 'retired');
COMMENT ON TYPE ca.authority_state IS 'enum db_authority_state';

CREATE TABLE ca.authority (
    id bigint PRIMARY KEY CHECK (id > 0),
    uuid uuid NOT NULL UNIQUE,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9-]{1,63}$'),
    parent_id bigint REFERENCES ca.authority,
    state ca.authority_state NOT NULL,
    key_label text NOT NULL,
    signature text NOT NULL,
    csr bytea,
    certificate bytea,
    chain bytea,
    crl_url text NOT NULL,
    aia_url text NOT NULL,
    ocsp_url text NOT NULL,
    crl_validity_s integer NOT NULL CHECK (crl_validity_s >= 0),
    crl_interval_s integer NOT NULL CHECK (crl_interval_s >= 0),
    crl_number bigint NOT NULL DEFAULT 0 CHECK (crl_number >= 0),
    crl_published bigint NOT NULL DEFAULT 0 CHECK (crl_published BETWEEN 0 AND crl_number),
    created_at bigint NOT NULL,
    profile text NOT NULL,
    CHECK (state = 'pending' OR certificate IS NOT NULL)
);
COMMENT ON TABLE ca.authority IS 'certification authorities whose key is in the CA token';
COMMENT ON COLUMN ca.authority.id IS 'short id, used in every other table';
COMMENT ON COLUMN ca.authority.uuid IS 'id in the API';
COMMENT ON COLUMN ca.authority.name IS 'name in the API and in paths';
COMMENT ON COLUMN ca.authority.parent_id IS 'issuer; NULL: itself, or outside';
COMMENT ON COLUMN ca.authority.state IS 'pending: waits for its certificate; retired: signs CRLs only';
COMMENT ON COLUMN ca.authority.key_label IS 'CKA_LABEL of the key in the CA token';
COMMENT ON COLUMN ca.authority.signature IS 'signature algorithm that it signs with';
COMMENT ON COLUMN ca.authority.csr IS 'its own PKCS#10, DER; NULL: none kept';
COMMENT ON COLUMN ca.authority.certificate IS 'its certificate, DER; NULL while pending';
COMMENT ON COLUMN ca.authority.chain IS 'certificates of its issuers, DER, one behind the other, root last';
COMMENT ON COLUMN ca.authority.crl_url IS 'CRL distribution point of what it issues; empty: none';
COMMENT ON COLUMN ca.authority.aia_url IS 'caIssuers of what it issues; empty: none';
COMMENT ON COLUMN ca.authority.ocsp_url IS 'OCSP responder of what it issues; empty: none';
COMMENT ON COLUMN ca.authority.crl_validity_s IS 'nextUpdate - thisUpdate, seconds';
COMMENT ON COLUMN ca.authority.crl_interval_s IS 'longest time between two CRLs, seconds';
COMMENT ON COLUMN ca.authority.crl_number IS 'last CRL number that was reserved (I12)';
COMMENT ON COLUMN ca.authority.crl_published IS 'last CRL number that was published';
COMMENT ON COLUMN ca.authority.created_at IS 'when it was made';
COMMENT ON COLUMN ca.authority.profile IS 'profile of its own certificate; empty: adopted or external';
GRANT SELECT ON ca.authority TO ca_front;
GRANT SELECT, INSERT ON ca.authority TO ca_signer;
GRANT UPDATE (state, certificate, chain, parent_id, crl_number, crl_published)
    ON ca.authority TO ca_signer;

CREATE TABLE ca.operator (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    roles integer NOT NULL CHECK (roles BETWEEN 1 AND 15),
    fingerprint bytea NOT NULL UNIQUE CHECK (octet_length(fingerprint) = 32),
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT operator_auditor_alone CHECK (roles & 8 = 0 OR roles = 8)
);
COMMENT ON TABLE ca.operator IS 'people and programs that may call';
COMMENT ON COLUMN ca.operator.id IS 'version 7';
COMMENT ON COLUMN ca.operator.name IS 'name in the API and in the audit log';
COMMENT ON COLUMN ca.operator.roles IS 'bits: 1 requester, 2 officer, 4 admin, 8 auditor, who is nothing else';
COMMENT ON COLUMN ca.operator.fingerprint IS 'SHA-256 of the client certificate, DER';
COMMENT ON COLUMN ca.operator.enabled IS 'false: may do nothing';
COMMENT ON COLUMN ca.operator.created_at IS 'when enrolled';
GRANT SELECT ON ca.operator TO ca_front;
GRANT SELECT, INSERT ON ca.operator TO ca_signer;
