-- Ends a grant. Access tokens from it are ended apart, in what all replicas watch.
-- KEYS: grant, code
redis.call('DEL', KEYS[1], KEYS[2])
return 'revoked'
