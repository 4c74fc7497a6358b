# What a Redis that Sentinels watch over, and a Sentinel, ask the others before they start; with $name and $password.

# One that is not there may keep its caller waiting.
ask() { REDISCLI_AUTH=$password timeout 1 redis-cli "$@" 2>/dev/null; }

# Whether another has been up for a while: then it is not all that were stopped, but this one alone.
#   others_went_on PORT NAME...
others_went_on() {
  port=$1
  shift
  for other; do
    [ "$other" = "$name" ] && continue
    uptime=$(ask -h "$other" -p "$port" info server | sed -n 's/^uptime_in_seconds:\([0-9]*\).*/\1/p')
    [ "${uptime:-0}" -lt 10 ] || return 0
  done
  return 1
}
