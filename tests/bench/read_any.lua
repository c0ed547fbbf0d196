-- wrk: GET of any task of as many as TASKS says
local count, tasks = 0, tonumber(os.getenv("TASKS"))

request = function()
  count = count + 1
  return wrk.format("GET", "/tasks/" .. (count * 7919 % tasks + 1))
end
