-- KEYS: one that is not touched; ARGV: a channel, a message.
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 'OK'
