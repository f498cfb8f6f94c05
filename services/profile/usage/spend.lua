-- LinkedIn says that a family's daily quota is used up: what was used is the limit.
-- KEYS     1 linkedin_rate_limit:{whose}
-- ARGV     1 family
-- Returns  how many calls were used; -1 when nothing is known or it was used up before
local remaining = tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
if not remaining or remaining <= 0 then return -1 end
local limit_field = ARGV[1] .. ':limit'
local used = tonumber(redis.call('HGET', KEYS[1], limit_field)) - remaining
redis.call('HSET', KEYS[1], ARGV[1], 0, limit_field, used, ARGV[1] .. ':source', 'learned')
return used
