# What is to be done when the shell ends, the last thing first. Sourced by scripts that start servers.
# shellcheck shell=bash

cleanups=()

# Remembers a command.
at_exit() {
  cleanups=("$1" "${cleanups[@]}")
  trap run_cleanups EXIT
}

run_cleanups() {
  local command
  for command in "${cleanups[@]}"; do eval "$command" || true; done
}

# A TCP port nobody listens at. Somebody may before it is used: who starts a server tries several.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
