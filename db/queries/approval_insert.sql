-- rows: none
-- role: signer
-- $1 id, $2 action, $3 object, $4 requester, $5 revision, $6 digest, $7 policy, $8 question,
-- $9 state, $10 created, $11 expires, $12 seal
INSERT INTO approval (id, action, object, requester_id, revision, digest, policy, question, state,
    created_at, expires_at, seal)
VALUES ($1::uuid, $2::text, $3::text, $4::uuid, $5::integer, $6::bytea, $7::text, $8::bytea,
    $9::approval_state, $10::bigint, $11::bigint, $12::bytea)
