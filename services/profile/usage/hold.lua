-- LinkedIn asked for a pause: hold a family's calls back, twice as long each time in a row.
-- KEYS     1 linkedin_rate_limit:{whose}
-- ARGV     1 family, 2 first pause in seconds, 3 longest pause in seconds
-- Returns  the pause in seconds; 0 when nothing is known of today
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local times = redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':throttles', 1)
local pause = math.min(tonumber(ARGV[2]) * 2 ^ (times - 1), tonumber(ARGV[3]))
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1] .. ':held_until', string.format('%d', now + pause))
return string.format('%d', pause)
