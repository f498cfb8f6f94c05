-- Write what PostgreSQL knows of a day, unless somebody has done so.
-- KEYS     1 linkedin_rate_limit:{whose}
-- ARGV     1 reset_time in Unix seconds, then field and value in turn
-- Returns  1 when written, 0 when it was there
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'reset_time', ARGV[1], unpack(ARGV, 2))
redis.call('EXPIREAT', KEYS[1], ARGV[1])
return 1
