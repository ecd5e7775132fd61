-- Writes to two keys, which have to be at one server.
-- KEYS: one, other   ARGV: value
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[1])
return redis.call('MGET', KEYS[1], KEYS[2])
