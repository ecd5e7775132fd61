-- A new grant and the authorization code that redeems it.
-- KEYS: code, grant   ARGV: code TTL ms, then field/value pairs of the code, '--', field/value pairs of the grant
local target, pairs_of = KEYS[1], {}
for i = 2, #ARGV do
  if ARGV[i] == '--' then
    redis.call('HSET', target, unpack(pairs_of))
    target, pairs_of = KEYS[2], {}
  else
    pairs_of[#pairs_of + 1] = ARGV[i]
  end
end
redis.call('HSET', target, unpack(pairs_of))
local time = redis.call('TIME')
redis.call('HSET', KEYS[2], 'used', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 'opened'
