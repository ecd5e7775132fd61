-- Forgets a document that turned out to be no longer so.
-- KEYS: documents, their order   ARGV: name
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 'gone'
