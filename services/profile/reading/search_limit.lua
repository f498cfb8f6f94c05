-- Count one search, if the present window has room.
-- KEYS     1 mention_searches:{user_id}: how many since its window began, ends with the window
-- ARGV     1 most, 2 window in milliseconds
-- Returns  0 when counted, else how many milliseconds the window still lasts
if tonumber(redis.call('GET', KEYS[1]) or 0) >= tonumber(ARGV[1]) then
  return math.max(redis.call('PTTL', KEYS[1]), 1)
end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
