-- wrk: POST /tasks
wrk.method = "POST"
wrk.body = '{"title":"A task from the benchmark"}'
wrk.headers["Content-Type"] = "application/json"
