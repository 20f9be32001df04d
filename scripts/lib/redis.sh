# Starts a Redis of our own on a free port, keeping nothing on disk, and stops it when the shell ends. Sets
# DAYLOOM_TEST_REDIS. Needs cleanup.sh.
# shellcheck shell=bash

start_redis() {
  local port folder tries
  port=$(free_port)
  folder=$(mktemp -d "${TMPDIR:-/tmp}/dayloom-redis.XXXXXX")
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$folder/log" 2>&1 &
  at_exit "kill $! 2>/dev/null; rm -rf '$folder'"
  for tries in $(seq 100); do
    if redis-cli -p "$port" ping >/dev/null 2>&1; then
      export DAYLOOM_TEST_REDIS="redis://127.0.0.1:$port/0"
      return
    fi
    sleep 0.1
  done
  echo "Redis did not start within ${tries} tries; its log:" >&2
  cat "$folder/log" >&2
  return 1
}
