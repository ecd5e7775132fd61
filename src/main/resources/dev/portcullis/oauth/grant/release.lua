-- Gives a lease back unused.
-- KEYS: grant   ARGV: lease id
if redis.call('HGET', KEYS[1], 'lease') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'lease', 'leaseUntil')
end
return 'released'
