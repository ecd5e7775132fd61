-- Remembers a sign-in that is to be ended at the identity provider, unless there are too many.
-- KEYS: unfinished   ARGV: entry, how long its own replica has for it ms, how many at most, TTL of all ms
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'kept'
