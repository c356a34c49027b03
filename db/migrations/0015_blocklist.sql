-- SPDX-License-Identifier: Apache-2.0
-- Keys that get no certificate any more. A row only denies, so that it needs no seal.
CREATE SEQUENCE ca.blocked_key_change;
COMMENT ON SEQUENCE ca.blocked_key_change IS 'numbers of the changes of blocked_key';
GRANT USAGE ON SEQUENCE ca.blocked_key_change TO ca_signer;

CREATE TABLE ca.blocked_key (
    spki_hash bytea PRIMARY KEY CHECK (octet_length(spki_hash) = 32),
    reason integer NOT NULL CHECK (reason BETWEEN 0 AND 10),
    comment text NOT NULL,
    blocked_at bigint NOT NULL,
    blocked_by uuid NOT NULL,
    unblocked_at bigint,
    sequence bigint NOT NULL UNIQUE CHECK (sequence > 0)
);
COMMENT ON TABLE ca.blocked_key IS 'keys that no certificate is issued for; rows stay when a key is let go';
COMMENT ON COLUMN ca.blocked_key.spki_hash IS 'SHA-256 of the SubjectPublicKeyInfo';
COMMENT ON COLUMN ca.blocked_key.reason IS 'CRLReason (RFC 5280 5.3.1) with which its certificates are revoked';
COMMENT ON COLUMN ca.blocked_key.comment IS 'why, in words';
COMMENT ON COLUMN ca.blocked_key.blocked_at IS 'when';
COMMENT ON COLUMN ca.blocked_key.blocked_by IS 'operator';
COMMENT ON COLUMN ca.blocked_key.unblocked_at IS 'when it was let go; NULL: it is blocked';
COMMENT ON COLUMN ca.blocked_key.sequence IS 'of the newest change: signers that know a lower one read the list again';
GRANT SELECT ON ca.blocked_key TO ca_front;
GRANT SELECT, INSERT ON ca.blocked_key TO ca_signer;
GRANT UPDATE (reason, comment, blocked_at, blocked_by, unblocked_at, sequence) ON ca.blocked_key TO ca_signer;
