-- For wrk: every request is an increment.
wrk.method = "POST"
wrk.path = "/api/counter/increment"
