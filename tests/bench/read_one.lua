-- wrk: GET of one task of a thousand
local count = 0

request = function()
  count = count + 1
  return wrk.format("GET", "/tasks/" .. (count * 7919 % 1000 + 1))
end
