-- Take one use of an action in every window, or in none.
-- KEYS     1 the user's log of the action: sorted set, member attempt id, score microseconds;
--          2 the mark that says the user's logs are complete; both tagged {user_id}
-- ARGV     1 attempt id, 2 how long the log is kept in ms; then cap and length in ms of each window
-- Returns  0 when taken, the number of the first full window (from 1), -1 when the mark is missing
if redis.call('EXISTS', KEYS[2]) == 0 then return -1 end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_us - ARGV[2] * 1000)
-- A repeated attempt meets its own use, not a full window.
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  for i = 3, #ARGV, 2 do
    local length_us = ARGV[i + 1] * 1000
    -- Joining a number to a string keeps 14 digits only, microseconds have 16.
    local after = '(' .. string.format('%.0f', now_us - length_us)
    if redis.call('ZCOUNT', KEYS[1], after, '+inf') >= tonumber(ARGV[i]) then
      return (i - 1) / 2
    end
  end
  redis.call('ZADD', KEYS[1], now_us, ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0
