-- SPDX-License-Identifier: Apache-2.0
-- Operators are found by the key of any of their credentials: the one certificate of an operator's
-- row is history.
ALTER TABLE ca.operator ALTER COLUMN fingerprint DROP NOT NULL;
COMMENT ON COLUMN ca.operator.fingerprint IS 'SHA-256 of the client certificate that he was enrolled with; NULL: enrolled without one';
-- Is a certificate with this key still good? Asked for every caller, once a second.
CREATE INDEX certificate_spki ON ca.certificate (spki_hash);
