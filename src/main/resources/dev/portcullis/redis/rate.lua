-- A rate-limit cell by the generic cell rate algorithm: one number, the time at which the next request would be on schedule.
-- KEYS: cell   ARGV: microseconds between two requests, requests that may come at once, microseconds a request may be made to wait
-- Answers whether it may go, and how many milliseconds it has to wait for that.
local interval = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local due = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local wait = math.max(0, due - now - (tonumber(ARGV[2]) - 1) * interval)
local ms = string.format('%.0f', math.ceil(wait / 1000))
if wait > tonumber(ARGV[3]) then return {'refused', ms} end
-- Once the schedule is in the past, a cell that is not there says the same.
redis.call('SET', KEYS[1], string.format('%.0f', due + interval), 'PX', math.ceil((due + interval - now) / 1000))
return {'granted', ms}
