-- Keeps a document for all replicas; beyond so many, those go that came first.
-- KEYS: documents, their order   ARGV: name, document, how many at most, TTL ms
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
-- No more than a thousand at once: the rest goes with the next one.
local beyond = math.min(redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3]), 1000)
if beyond > 0 then
    local gone = redis.call('ZPOPMIN', KEYS[2], beyond)
    for i = 1, #gone, 2 do redis.call('HDEL', KEYS[1], gone[i]) end
end
for _, key in ipairs(KEYS) do
    if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
end
return 'kept'
