-- Redeems an authorization code, once. A wrong binding leaves it unspent: it proves nothing about the client it was issued to.
-- KEYS: code, grant   ARGV: spent TTL ms, grant TTL ms, then name/value pairs that must be what the code was bound to
local code = redis.call('HGETALL', KEYS[1])
if #code == 0 then return {'unknown'} end
local bound = {}
for i = 1, #code, 2 do bound[code[i]] = code[i + 1] end
for i = 3, #ARGV, 2 do
  if bound[ARGV[i]] ~= ARGV[i + 1] then return {'mismatch', ARGV[i]} end
end
if bound['spent'] then return {'replayed'} end
local data = redis.call('HGET', KEYS[2], 'data')
if not data then return {'unknown'} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'spent', '1')
redis.call('HSET', KEYS[2], 'used', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {'redeemed', data}
