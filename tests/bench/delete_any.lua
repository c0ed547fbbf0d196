-- wrk with two threads: DELETE of tasks all over as many as TASKS says, each once
local count, threads, tasks = 0, 0, tonumber(os.getenv("TASKS"))

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

request = function()
  count = count + 1
  return wrk.format("DELETE", "/tasks/" .. ((2 * count + first) * 7919 % tasks + 1))
end
