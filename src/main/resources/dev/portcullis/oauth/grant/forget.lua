-- Takes dead grants from those of a user; but a fresh one only seems dead, because it is about to be opened.
-- KEYS: grants of a user   ARGV: how long a grant counts as fresh ms, grant ids
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV do
  local added = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if added and now - added > tonumber(ARGV[1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return 'forgotten'
