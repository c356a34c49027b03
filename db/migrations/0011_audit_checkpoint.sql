-- SPDX-License-Identifier: Apache-2.0
-- Signed statements about the first `size` lines of a chain. Nobody changes or deletes one. Making
-- one writes no audit line: that line would ask for the next checkpoint, and so on for ever.
CREATE TABLE ca.audit_checkpoint (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    at bigint NOT NULL,
    key bytea NOT NULL,
    note text NOT NULL,
    CONSTRAINT audit_checkpoint_size UNIQUE (chain, size)
);
COMMENT ON TABLE ca.audit_checkpoint IS 'signed roots of the audit chains: append-only';
COMMENT ON COLUMN ca.audit_checkpoint.id IS 'in the order of making';
COMMENT ON COLUMN ca.audit_checkpoint.chain IS 'as in audit';
COMMENT ON COLUMN ca.audit_checkpoint.size IS 'it is about the lines 1 to size';
COMMENT ON COLUMN ca.audit_checkpoint.root IS 'of the Merkle tree (RFC 6962) over their hashes';
COMMENT ON COLUMN ca.audit_checkpoint.at IS 'when it was made';
COMMENT ON COLUMN ca.audit_checkpoint.key IS 'SubjectPublicKeyInfo of the key that signed';
COMMENT ON COLUMN ca.audit_checkpoint.note IS 'signed note, c2sp.org/tlog-checkpoint';
GRANT SELECT ON ca.audit_checkpoint TO ca_front;
GRANT SELECT, INSERT ON ca.audit_checkpoint TO ca_signer;

CREATE TABLE ca.audit_edge (
    chain text PRIMARY KEY,
    size bigint NOT NULL,
    edge bytea NOT NULL
);
COMMENT ON TABLE ca.audit_edge IS 'where the next checkpoint goes on; can be made again from audit';
COMMENT ON COLUMN ca.audit_edge.chain IS 'as in audit';
COMMENT ON COLUMN ca.audit_edge.size IS 'lines in the tree';
COMMENT ON COLUMN ca.audit_edge.edge IS 'roots of its complete subtrees, the largest first';
GRANT SELECT, INSERT, UPDATE ON ca.audit_edge TO ca_signer;

-- Auditors search and export through the front: the newest first and spans of time, the history of an
-- object, the lines of a call. All three grow at their right end, because ids and times do.
-- docs/explanation/audit.md has the measured price.
GRANT SELECT ON ca.audit TO ca_front;
CREATE INDEX audit_at ON ca.audit (at_us, chain, sequence);
CREATE INDEX audit_object ON ca.audit (object, at_us);
CREATE INDEX audit_request ON ca.audit (request_id, at_us);
