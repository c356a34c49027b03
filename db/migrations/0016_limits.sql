-- SPDX-License-Identifier: Apache-2.0
-- The newest certificates of a requester with a profile, for limits over time: as many entries are
-- read as the limit counts, however many certificates there are.
CREATE INDEX certificate_limits ON ca.certificate (requester_id, profile, issued_at);
