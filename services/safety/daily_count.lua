-- Show how much a user has done today; a count that arrives late never lowers it.
-- KEYS     1 automation_limit:{user_id}:<local date>
-- ARGV     1 the count, 2 Unix time in seconds at which it is forgotten
-- Returns  the count shown
local shown = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%d', shown), 'EXAT', ARGV[2])
return shown
