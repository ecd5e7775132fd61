-- A sign-in that has ended at the identity provider, or never will.
-- KEYS: unfinished   ARGV: entry
redis.call('ZREM', KEYS[1], ARGV[1])
return 'finished'
