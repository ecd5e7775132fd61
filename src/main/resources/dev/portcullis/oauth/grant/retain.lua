-- Ends a lease without a new generation, but with Cognito's new refresh token: the rest of its answer was of no use.
-- KEYS: grant   ARGV: lease id, data
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return 'lost' end
redis.call('HSET', KEYS[1], 'data', ARGV[2])
redis.call('HDEL', KEYS[1], 'lease', 'leaseUntil')
return 'retained'
