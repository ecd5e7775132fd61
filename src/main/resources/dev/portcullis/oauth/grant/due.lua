-- Takes what is due for one replica; it is due again when that should long have been done with it.
-- KEYS: unfinished   ARGV: lease ms, how many at most
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, tonumber(ARGV[2]))
for i = 1, #due do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[1]), due[i])
end
table.insert(due, 1, tostring(redis.call('ZCARD', KEYS[1])))
return due
