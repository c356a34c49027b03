-- SPDX-License-Identifier: Apache-2.0
-- What the CA certified for services of its own: SCEP endpoints, OCSP, its HTTPS address. Certificates
-- only: the keys are in tokens.
CREATE TABLE ca.service_certificate (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('scep-ra', 'ocsp', 'tls')),
    owner text NOT NULL CHECK (octet_length(owner) <= 255),
    key_label text NOT NULL,
    authority_id bigint NOT NULL,
    certificate_id uuid NOT NULL,
    certificate bytea NOT NULL,
    not_before bigint NOT NULL,
    not_after bigint NOT NULL,
    created_at bigint NOT NULL
);
ALTER TABLE ca.service_certificate ALTER COLUMN certificate SET STORAGE EXTERNAL;
CREATE INDEX service_certificate_owner ON ca.service_certificate (kind, owner, id);
COMMENT ON TABLE ca.service_certificate IS 'certificates of the CA''s own services; the newest of an owner is the one to show';
COMMENT ON COLUMN ca.service_certificate.id IS 'version 7: sorts by age';
COMMENT ON COLUMN ca.service_certificate.kind IS 'what it is for';
COMMENT ON COLUMN ca.service_certificate.owner IS 'SCEP endpoint, authority or node, by name';
COMMENT ON COLUMN ca.service_certificate.key_label IS 'label of its key, in the front''s token or in that of the signer (ocsp)';
COMMENT ON COLUMN ca.service_certificate.authority_id IS 'issuer';
COMMENT ON COLUMN ca.service_certificate.certificate_id IS 'certificate on record';
COMMENT ON COLUMN ca.service_certificate.certificate IS 'Certificate, DER';
COMMENT ON COLUMN ca.service_certificate.not_before IS 'notBefore';
COMMENT ON COLUMN ca.service_certificate.not_after IS 'notAfter';
COMMENT ON COLUMN ca.service_certificate.created_at IS 'when it was made';
GRANT SELECT ON ca.service_certificate TO ca_front;
GRANT SELECT, INSERT ON ca.service_certificate TO ca_signer;
