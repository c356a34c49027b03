-- SPDX-License-Identifier: Apache-2.0
-- Who is told of events, and what is still to be told (an outbox: the signer writes a delivery in the
-- transaction of the change that it tells of, the front delivers it).
CREATE SEQUENCE ca.webhook_change;
COMMENT ON SEQUENCE ca.webhook_change IS 'numbers of the changes of webhook';
GRANT USAGE ON SEQUENCE ca.webhook_change TO ca_signer;

CREATE TABLE ca.webhook (
    id uuid PRIMARY KEY,
    url text NOT NULL CHECK (octet_length(url) <= 512),
    events text[] NOT NULL,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    removed_at bigint,
    sequence bigint NOT NULL UNIQUE CHECK (sequence > 0)
);
COMMENT ON TABLE ca.webhook IS 'addresses that are told of events';
COMMENT ON COLUMN ca.webhook.id IS 'version 7';
COMMENT ON COLUMN ca.webhook.url IS 'http or https, without a password';
COMMENT ON COLUMN ca.webhook.events IS 'names of the events that it is told of';
COMMENT ON COLUMN ca.webhook.enabled IS 'false: nothing is written for it, and nothing delivered';
COMMENT ON COLUMN ca.webhook.created_at IS 'when it was made';
COMMENT ON COLUMN ca.webhook.created_by IS 'operator';
COMMENT ON COLUMN ca.webhook.removed_at IS 'when it was removed; NULL: it is there';
COMMENT ON COLUMN ca.webhook.sequence IS 'of the newest change: signers that know a lower one read the list again';
GRANT SELECT ON ca.webhook TO ca_front;
GRANT SELECT, INSERT ON ca.webhook TO ca_signer;
GRANT UPDATE (events, enabled, removed_at, sequence) ON ca.webhook TO ca_signer;

CREATE TABLE ca.webhook_delivery (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL,
    event text NOT NULL,
    body bytea NOT NULL,
    created_at bigint NOT NULL,
    next_at bigint,
    attempts integer NOT NULL DEFAULT 0,
    delivered_at bigint,
    last_status integer,
    last_error text
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX webhook_delivery_due ON ca.webhook_delivery (webhook_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_newest ON ca.webhook_delivery (webhook_id, id);
COMMENT ON TABLE ca.webhook_delivery IS 'what is told, or was told, to a webhook';
COMMENT ON COLUMN ca.webhook_delivery.id IS 'version 7; the same in each attempt';
COMMENT ON COLUMN ca.webhook_delivery.webhook_id IS 'to whom';
COMMENT ON COLUMN ca.webhook_delivery.event IS 'name of the event';
COMMENT ON COLUMN ca.webhook_delivery.body IS 'JSON, the exact octets';
COMMENT ON COLUMN ca.webhook_delivery.created_at IS 'when it happened';
COMMENT ON COLUMN ca.webhook_delivery.next_at IS 'when to try next, or, while somebody tries, when another one may; NULL: done or given up';
COMMENT ON COLUMN ca.webhook_delivery.attempts IS 'how many were begun';
COMMENT ON COLUMN ca.webhook_delivery.delivered_at IS 'when it was accepted; NULL: not';
COMMENT ON COLUMN ca.webhook_delivery.last_status IS 'HTTP status of the newest attempt; NULL: there was none';
COMMENT ON COLUMN ca.webhook_delivery.last_error IS 'why the newest attempt failed; NULL: it did not';
GRANT SELECT ON ca.webhook_delivery TO ca_front;
GRANT UPDATE (next_at, attempts, delivered_at, last_status, last_error) ON ca.webhook_delivery TO ca_front;
GRANT SELECT, INSERT, DELETE ON ca.webhook_delivery TO ca_signer;
