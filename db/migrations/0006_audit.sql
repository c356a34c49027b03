-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE ca.audit (
    chain text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    at_us bigint NOT NULL,
    actor text NOT NULL,
    channel text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    object text NOT NULL,
    request_id text NOT NULL,
    detail text NOT NULL,
    object_hash bytea,
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (chain, sequence)
);
COMMENT ON TABLE ca.audit IS 'what was done, by whom (I13): append-only, one hash chain for each signer';
COMMENT ON COLUMN ca.audit.chain IS 'node name of the signer';
COMMENT ON COLUMN ca.audit.sequence IS 'from 1, without a gap';
COMMENT ON COLUMN ca.audit.at_us IS 'microseconds since 1970-01-01T00:00:00Z';
COMMENT ON COLUMN ca.audit.actor IS 'operator, system or front';
COMMENT ON COLUMN ca.audit.channel IS 'the way in';
COMMENT ON COLUMN ca.audit.action IS 'request.submit, certificate.issue, …';
COMMENT ON COLUMN ca.audit.outcome IS 'ok, denied or failed';
COMMENT ON COLUMN ca.audit.object IS 'id or name that it is about';
COMMENT ON COLUMN ca.audit.request_id IS 'X-Request-Id of the call';
COMMENT ON COLUMN ca.audit.detail IS 'more, as text';
COMMENT ON COLUMN ca.audit.object_hash IS 'SHA-256 of the octets that it is about; NULL: none';
COMMENT ON COLUMN ca.audit.previous IS 'hash of the line before; 32 zero octets for the first';
COMMENT ON COLUMN ca.audit.hash IS 'hash of this line';
GRANT SELECT, INSERT ON ca.audit TO ca_signer;
