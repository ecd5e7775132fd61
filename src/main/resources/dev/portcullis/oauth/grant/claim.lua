-- Decides what a refresh token of some generation is worth, and takes the lease where Cognito has to be called.
-- KEYS: grant   ARGV: presented generation, reuse grace ms, lease id, lease ms, ms between two calls (0: no limit), calls at once, now by
-- the caller's clock ms
local g = redis.call('HMGET', KEYS[1], 'gen', 'data', 'leaseUntil', 'spent', 'freshUntil', 'callDue')
if not g[1] then return {'gone'} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local presented, current = tonumber(ARGV[1]), tonumber(g[1])
if presented < current then
  local replaced
  for generation, at in string.gmatch(g[4] or '', '(%d+):(%d+)') do
    if tonumber(generation) == presented then replaced = tonumber(at) end
  end
  if not replaced or now - replaced > tonumber(ARGV[2]) then return {'reused', g[2]} end
  -- By both clocks: the caller makes an access token by its own.
  if math.max(now, tonumber(ARGV[7])) < tonumber(g[5]) then
    redis.call('HSET', KEYS[1], 'used', string.format('%.0f', now))
    return {'current', tostring(current), g[2]}
  end
end
if g[3] and tonumber(g[3]) > now then return {'busy'} end
local interval = tonumber(ARGV[5])
if interval > 0 then
  -- The generic cell rate algorithm, as in rate.lua, in the grant itself.
  local due = math.max(now, tonumber(g[6] or '0'))
  local wait = due - now - (tonumber(ARGV[6]) - 1) * interval
  if wait > 0 then return {'throttled', string.format('%.0f', wait)} end
  redis.call('HSET', KEYS[1], 'callDue', string.format('%.0f', due + interval))
end
redis.call('HSET', KEYS[1], 'lease', ARGV[3], 'leaseUntil', string.format('%.0f', now + ARGV[4]))
-- A generation ahead of the record was issued by us and then lost by a fail-over: adopt it.
return {'leased', tostring(math.max(presented, current)), g[2]}
