# Starts a Postgres of our own on a free port in a folder of its own and stops it when the shell ends.
# Sourced by scripts/test; sets DAYLOOM_TEST_POSTGRES. Needs cleanup.sh.
# shellcheck shell=bash

# A server refuses to run as root: as root, the commands run as the user the package made.
as_postgres() { if [[ $(id -u) == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# The folder of initdb and pg_ctl, newest version first.
postgres_programs() {
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -rV); do
    [[ -x $folder/initdb ]] && { echo "$folder"; return; }
  done
  dirname "$(command -v initdb)"
}

# The first argument is `on` for a server that flushes to disk, as benchmarks need; tests do without.
start_postgres() {
  local programs port attempt
  programs=$(postgres_programs)
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/dayloom-pg.XXXXXX")
  if [[ $(id -u) == 0 ]]; then chown postgres "$postgres_folder"; fi
  as_postgres "$programs/initdb" -A trust -U postgres -E UTF8 --locale=C -D "$postgres_folder/data" >/dev/null
  at_exit "as_postgres '$programs/pg_ctl' -s -m immediate -D '$postgres_folder/data' stop; rm -rf '$postgres_folder'"
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if as_postgres "$programs/pg_ctl" -w -t 180 -s -D "$postgres_folder/data" -l "$postgres_folder/log" \
      -o "-p $port -k $postgres_folder -c listen_addresses=127.0.0.1 -c fsync=${1:-off} -c max_connections=300" start; then
      export DAYLOOM_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      return
    fi
  done
  echo "Postgres did not start within $attempt attempts; its log:" >&2
  cat "$postgres_folder/log" >&2
  return 1
}
