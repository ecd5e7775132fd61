-- Ends a grant and everything issued from it; the marker outlives the access tokens that are still out.
-- KEYS: grant, code, marker   ARGV: marker TTL ms
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SET', KEYS[3], '1', 'PX', ARGV[1])
return 'revoked'
