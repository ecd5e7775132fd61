-- Ends a lease with a new generation: Cognito's new tokens and the generation in one step.
-- KEYS: grant   ARGV: lease id, generation that was claimed, data, fresh until (ms), TTL ms, reuse grace ms
local lease = redis.call('HGET', KEYS[1], 'lease')
if lease ~= ARGV[1] then return 'lost' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local spent, kept = {}, 0
-- Those between were issued and then lost by a fail-over: what a window of the client still holds of them is as young as the claimed one.
local claimed, lost = tonumber(ARGV[2]), tonumber(redis.call('HGET', KEYS[1], 'gen'))
for generation = claimed, math.max(lost, claimed - 15), -1 do
  spent[#spent + 1] = string.format('%.0f:%.0f', generation, now)
  kept = kept + 1
end
for generation, at in string.gmatch(redis.call('HGET', KEYS[1], 'spent') or '', '(%d+):(%d+)') do
  -- Sixteen windows of one client are more than anyone has open; older generations count as reused.
  if kept < 16 and generation ~= ARGV[2] and now - tonumber(at) <= tonumber(ARGV[6]) then
    spent[#spent + 1] = generation .. ':' .. at
    kept = kept + 1
  end
end
redis.call('HSET', KEYS[1], 'gen', string.format('%.0f', ARGV[2] + 1), 'data', ARGV[3], 'freshUntil', ARGV[4],
  'spent', table.concat(spent, ','), 'used', string.format('%.0f', now))
redis.call('HDEL', KEYS[1], 'lease', 'leaseUntil')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 'rotated'
