-- For wrk: every request is the one that the environment names.
wrk.method = os.getenv("METHOD")
wrk.path = os.getenv("REQUEST_PATH")
