-- SPDX-License-Identifier: Apache-2.0
-- Who issues in an authority's place, and from when on.
CREATE TABLE ca.rollover (
    authority_id bigint PRIMARY KEY REFERENCES ca.authority,
    next_id bigint NOT NULL REFERENCES ca.authority CHECK (next_id <> authority_id),
    prepared_at bigint NOT NULL,
    prepared_by uuid NOT NULL,
    published_at bigint,
    bundle bytea,
    switch_at bigint CHECK (switch_at IS NULL OR published_at IS NOT NULL),
    cancelled_at bigint,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
COMMENT ON TABLE ca.rollover IS 'the next authority of an authority';
COMMENT ON COLUMN ca.rollover.authority_id IS 'the one that ends';
COMMENT ON COLUMN ca.rollover.next_id IS 'the one that follows';
COMMENT ON COLUMN ca.rollover.prepared_at IS 'when it was named';
COMMENT ON COLUMN ca.rollover.prepared_by IS 'operator';
COMMENT ON COLUMN ca.rollover.published_at IS 'when devices could first learn of it; NULL: not yet';
COMMENT ON COLUMN ca.rollover.bundle IS 'answer of GetNextCACert (RFC 8894 4.7.1): SignedData by the one that ends; NULL: its certificate may not sign that';
COMMENT ON COLUMN ca.rollover.switch_at IS 'from then on the next one issues in its place; NULL: not decided';
COMMENT ON COLUMN ca.rollover.cancelled_at IS 'when it was called off; NULL: it was not';
COMMENT ON COLUMN ca.rollover.seal IS 'over the other columns';
GRANT SELECT ON ca.rollover TO ca_front;
GRANT SELECT, INSERT ON ca.rollover TO ca_signer;
GRANT UPDATE (next_id, prepared_at, prepared_by, published_at, bundle, switch_at, cancelled_at, seal)
    ON ca.rollover TO ca_signer;
