-- Raise a user's live counts of a day to at least what was counted; a later day starts anew.
-- KEYS     1 profile_live:{user_id}
-- ARGV     1 day (YYYY-MM-DD, UTC), 2 seconds to keep it, 3 last event's time or empty;
--          then field and count of each counter
-- Returns  1 when something was changed, 0 when not
local shown_day = redis.call('HGET', KEYS[1], 'day')
if shown_day and shown_day > ARGV[1] then return 0 end
local changed = 0
if shown_day ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'day', ARGV[1])
  changed = 1
end
for i = 4, #ARGV, 2 do
  local shown = redis.call('HGET', KEYS[1], ARGV[i])
  if not shown or tonumber(shown) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    changed = 1
  end
end
-- Times are written alike, so they sort like their text.
if ARGV[3] ~= '' and ARGV[3] > (redis.call('HGET', KEYS[1], 'last_updated') or '') then
  redis.call('HSET', KEYS[1], 'last_updated', ARGV[3])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return changed
