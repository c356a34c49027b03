-- SPDX-License-Identifier: Apache-2.0
-- Which version of a profile is in force. A version is content-addressed and never changes; coming
-- into force is a line here, and the newest line of a name counts. Seals as in 0008.
ALTER TABLE ca.profile_version
    ADD COLUMN created_by uuid,
    ADD COLUMN comment text NOT NULL DEFAULT '',
    ADD COLUMN base_version bytea;
CREATE INDEX profile_version_name ON ca.profile_version (name, created_at);
COMMENT ON COLUMN ca.profile_version.created_by IS 'operator; NULL: built in, or of a file of the configuration';
COMMENT ON COLUMN ca.profile_version.comment IS 'why, in his words';
COMMENT ON COLUMN ca.profile_version.base_version IS 'version that copy_from took it from; NULL: stands alone';

CREATE TABLE ca.profile_activation (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '^[a-z0-9-]{1,63}$'),
    version bytea REFERENCES ca.profile_version,
    at bigint NOT NULL,
    activated_by uuid,
    approval_id uuid,
    comment text NOT NULL,
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
CREATE INDEX profile_activation_name ON ca.profile_activation (name, sequence);
COMMENT ON TABLE ca.profile_activation IS 'what came into force when: the newest line of a name counts';
COMMENT ON COLUMN ca.profile_activation.sequence IS 'in order of activation, gaps are fine';
COMMENT ON COLUMN ca.profile_activation.name IS 'profile';
COMMENT ON COLUMN ca.profile_activation.version IS 'in force from then on; NULL: out of use';
COMMENT ON COLUMN ca.profile_activation.at IS 'when';
COMMENT ON COLUMN ca.profile_activation.activated_by IS 'operator who asked; NULL: none';
COMMENT ON COLUMN ca.profile_activation.approval_id IS 'consent to it; NULL: none was wanted';
COMMENT ON COLUMN ca.profile_activation.comment IS 'why';
COMMENT ON COLUMN ca.profile_activation.seal IS 'over name, version, time, operator and approval';
GRANT SELECT ON ca.profile_activation TO ca_front;
GRANT SELECT, INSERT ON ca.profile_activation TO ca_signer;
