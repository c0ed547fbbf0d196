-- wrk: nine reads of one task, then one create
local count = 0
local body = '{"title":"A task from the benchmark"}'
local json = { ["Content-Type"] = "application/json" }

init = function()
  for name, value in pairs(wrk.headers) do
    json[name] = value
  end
end

request = function()
  count = count + 1
  if count % 10 == 0 then
    return wrk.format("POST", "/tasks", json, body)
  end
  return wrk.format("GET", "/tasks/" .. (count * 7919 % 1000 + 1))
end
