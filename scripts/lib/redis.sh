# Starts a Redis of our own on a free port, keeping nothing on disk, and stops it when the shell ends. Sets
# DAYLOOM_TEST_REDIS. Needs cleanup.sh.
# shellcheck shell=bash

start_redis() {
  local port folder pid tries attempt
  folder=$(mktemp -d "${TMPDIR:-/tmp}/dayloom-redis.XXXXXX")
  at_exit "rm -rf '$folder'"
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$folder/log" 2>&1 &
    pid=$!
    at_exit "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
    for tries in $(seq 600); do
      sleep 0.1
      if redis-cli -p "$port" ping >/dev/null 2>&1 && kill -0 $pid 2>/dev/null; then
        export DAYLOOM_TEST_REDIS="redis://127.0.0.1:$port/0"
        return
      fi
      # It ended: somebody else has the port.
      kill -0 $pid 2>/dev/null || break
    done
  done
  echo "Redis did not start within $attempt attempts of at most $tries tries; its log:" >&2
  cat "$folder/log" >&2
  return 1
}
