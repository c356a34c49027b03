-- rows: none
-- role: signer
-- $1 id, $2 action, $3 object, $4 requester, $5 author, $6 revision, $7 digest, $8 policy, $9 question,
-- $10 state, $11 created, $12 expires, $13 seal
INSERT INTO approval (id, action, object, requester_id, author_id, revision, digest, policy, question,
    state, created_at, expires_at, seal)
VALUES ($1::uuid, $2::text, $3::text, $4::uuid, $5::uuid, $6::integer, $7::bytea, $8::text, $9::bytea,
    $10::approval_state, $11::bigint, $12::bigint, $13::bytea)
