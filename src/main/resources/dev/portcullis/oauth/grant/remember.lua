-- Adds a grant to those of its user, before the grant itself is there. What is dead is for the reader to find out.
-- KEYS: grants of a user   ARGV: grant id, how long a grant lives at most ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
-- Never shorter than before: older grants may have been promised more.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return tostring(redis.call('ZCARD', KEYS[1]))
