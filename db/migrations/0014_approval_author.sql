-- SPDX-License-Identifier: Apache-2.0
-- Who wrote the content that is agreed to: whoever edits a request that waits does not approve it, and
-- neither does who asked first.
ALTER TABLE ca.approval ADD COLUMN author_id uuid NOT NULL;
COMMENT ON COLUMN ca.approval.author_id IS 'operator who wrote this revision; he does not approve it either (I10)';
COMMENT ON COLUMN ca.approval.seal IS 'over id, action, object, requester, author, revision, digest, policy, question and expiry';
REVOKE UPDATE (requester_id) ON ca.approval FROM ca_signer;
GRANT UPDATE (author_id) ON ca.approval TO ca_signer;
