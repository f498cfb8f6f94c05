-- Take one call from a family's remaining calls of the day, if one is left and none is held back.
-- KEYS     1 linkedin_rate_limit:{whose}
-- ARGV     1 family
-- Returns  {'cold'} when nothing is known, {'held', Unix time} , {'spent', Unix time} or
--          {'taken', calls left}
local remaining = tonumber(redis.call('HGET', KEYS[1], ARGV[1]))
if not remaining then return {'cold'} end
local now = tonumber(redis.call('TIME')[1])
local held_until = tonumber(redis.call('HGET', KEYS[1], ARGV[1] .. ':held_until') or 0)
if held_until > now then return {'held', held_until} end
if remaining <= 0 then
  return {'spent', tonumber(redis.call('HGET', KEYS[1], 'reset_time'))}
end
return {'taken', redis.call('HINCRBY', KEYS[1], ARGV[1], -1)}
