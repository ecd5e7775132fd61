-- The grants revoked since some time, newest first, by pages: the time now, then grant id and time of revocation in turn.
-- KEYS: revoked grants   ARGV: since ms, how long they are remembered ms, offset, page size, channel of the
-- reader or empty, message
if ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = math.max(tonumber(ARGV[1]), now - ARGV[2])
local page = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', string.format('%.0f', since), 'WITHSCORES',
  'LIMIT', ARGV[3], ARGV[4])
table.insert(page, 1, string.format('%.0f', now))
return page
