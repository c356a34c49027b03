-- SPDX-License-Identifier: Apache-2.0
-- Approvals: of requests whose profile wants them, and of guarded acts. Seals as in 0008.
CREATE TYPE ca.approval_state AS ENUM ('pending', 'approved', 'done', 'failed', 'denied',
    'withdrawn', 'expired');
COMMENT ON TYPE ca.approval_state IS 'enum db_approval_state; approved: agreed, not carried out yet';

CREATE TABLE ca.approval (
    id uuid PRIMARY KEY,
    action text NOT NULL,
    object text NOT NULL,
    requester_id uuid NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    policy text NOT NULL,
    question bytea,
    state ca.approval_state NOT NULL,
    assigned_to uuid,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    decided_at bigint,
    decided_by uuid,
    result text NOT NULL DEFAULT '',
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
CREATE INDEX approval_open ON ca.approval (state, id) WHERE state IN ('pending', 'approved');
COMMENT ON TABLE ca.approval IS 'what waits for the consent of others, and what became of it';
COMMENT ON COLUMN ca.approval.id IS 'of a request: the request''s own id';
COMMENT ON COLUMN ca.approval.action IS 'certificate.issue, profile.activate, …';
COMMENT ON COLUMN ca.approval.object IS 'what it is about, for people';
COMMENT ON COLUMN ca.approval.requester_id IS 'operator who asked; never one who approves (I10)';
COMMENT ON COLUMN ca.approval.revision IS 'counts changes of content; votes are of one revision';
COMMENT ON COLUMN ca.approval.digest IS 'of what is agreed to: plan digest of a request, else SHA-256 of the question';
COMMENT ON COLUMN ca.approval.policy IS 'who has to agree, as it was when asked: policy/approval.h has the form';
COMMENT ON COLUMN ca.approval.question IS 'the message to carry out; NULL: a request';
COMMENT ON COLUMN ca.approval.state IS 'changed by compare-and-set only';
COMMENT ON COLUMN ca.approval.assigned_to IS 'operator who is asked to look; NULL: anybody';
COMMENT ON COLUMN ca.approval.created_at IS 'when it was asked';
COMMENT ON COLUMN ca.approval.expires_at IS 'no vote counts from then on';
COMMENT ON COLUMN ca.approval.decided_at IS 'when it left pending';
COMMENT ON COLUMN ca.approval.decided_by IS 'operator whose word ended it';
COMMENT ON COLUMN ca.approval.result IS 'what became of it, for people';
COMMENT ON COLUMN ca.approval.seal IS 'over id, action, object, requester, revision, digest, policy, question and expiry';
GRANT SELECT ON ca.approval TO ca_front;
GRANT SELECT, INSERT ON ca.approval TO ca_signer;
GRANT UPDATE (object, requester_id, revision, digest, policy, state, assigned_to, expires_at, decided_at, decided_by, result, seal)
    ON ca.approval TO ca_signer;

CREATE TABLE ca.approval_vote (
    approval_id uuid NOT NULL REFERENCES ca.approval,
    revision integer NOT NULL,
    operator_id uuid NOT NULL REFERENCES ca.operator,
    approves boolean NOT NULL,
    step integer NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    comment text NOT NULL,
    at bigint NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32),
    PRIMARY KEY (approval_id, revision, operator_id)
);
COMMENT ON TABLE ca.approval_vote IS 'votes: one person, one vote (I10)';
COMMENT ON COLUMN ca.approval_vote.approval_id IS 'on what';
COMMENT ON COLUMN ca.approval_vote.revision IS 'on which content';
COMMENT ON COLUMN ca.approval_vote.operator_id IS 'who';
COMMENT ON COLUMN ca.approval_vote.approves IS 'false: denies, which ends it';
COMMENT ON COLUMN ca.approval_vote.step IS 'step of the policy that it counts for, from 0';
COMMENT ON COLUMN ca.approval_vote.digest IS 'what he saw';
COMMENT ON COLUMN ca.approval_vote.comment IS 'his words; a denial has some';
COMMENT ON COLUMN ca.approval_vote.at IS 'when';
COMMENT ON COLUMN ca.approval_vote.seal IS 'over the other columns';
GRANT SELECT ON ca.approval_vote TO ca_front;
GRANT SELECT, INSERT ON ca.approval_vote TO ca_signer;

CREATE TABLE ca.approval_comment (
    id uuid PRIMARY KEY,
    approval_id uuid NOT NULL REFERENCES ca.approval,
    operator_id uuid NOT NULL REFERENCES ca.operator,
    comment text NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX approval_comment_of ON ca.approval_comment (approval_id, id);
COMMENT ON TABLE ca.approval_comment IS 'what people say about it without voting';
COMMENT ON COLUMN ca.approval_comment.id IS 'version 7';
COMMENT ON COLUMN ca.approval_comment.approval_id IS 'on what';
COMMENT ON COLUMN ca.approval_comment.operator_id IS 'who';
COMMENT ON COLUMN ca.approval_comment.comment IS 'words';
COMMENT ON COLUMN ca.approval_comment.at IS 'when';
GRANT SELECT ON ca.approval_comment TO ca_front;
GRANT SELECT, INSERT ON ca.approval_comment TO ca_signer;

CREATE TABLE ca.approval_rule (
    action text PRIMARY KEY,
    policy text NOT NULL,
    updated_at bigint NOT NULL,
    updated_by uuid,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
COMMENT ON TABLE ca.approval_rule IS 'who has to agree to a guarded act; what has no row has the built-in rule';
COMMENT ON COLUMN ca.approval_rule.action IS 'profile.activate, …';
COMMENT ON COLUMN ca.approval_rule.policy IS 'as approval.policy; empty: nobody';
COMMENT ON COLUMN ca.approval_rule.updated_at IS 'last change';
COMMENT ON COLUMN ca.approval_rule.updated_by IS 'operator who asked for the change; NULL: set up so';
COMMENT ON COLUMN ca.approval_rule.seal IS 'over the other columns';
GRANT SELECT ON ca.approval_rule TO ca_front;
GRANT SELECT, INSERT ON ca.approval_rule TO ca_signer;
GRANT UPDATE (policy, updated_at, updated_by, seal) ON ca.approval_rule TO ca_signer;

-- A request that waits may get new content: a revision.
GRANT UPDATE (profile_version, csr, overrides, comment, subject, plan_digest, content_hash)
    ON ca.request TO ca_signer;
