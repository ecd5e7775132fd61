-- The grants of a user, dead ones among them, the newest first.
-- KEYS: grants of a user
return redis.call('ZREVRANGE', KEYS[1], 0, -1)
