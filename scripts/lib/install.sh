# Functions that install what the tests need: from the system's packages where it has them, else into a cache
# folder outside the checkout. Sourced by scripts/test.
# shellcheck shell=bash

# Runs a command as root, by sudo where we are not.
as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

# The system packages: a linker, Postgres, Redis, desktops without a screen (X11 and Wayland), a browser, Node and Python.
install_packages() {
  if command -v apt-get >/dev/null; then
    local wanted=(gcc libc6-dev postgresql xvfb openbox xdotool xterm x11-utils weston xwayland dbus chromium nodejs npm python3-venv procps redis-server)
    # Ubuntu's chromium is a snap, which cannot run in a container; the tests take any Chromium they find.
    if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then wanted=("${wanted[@]/chromium/}"); fi
    # A Node or Python that did not come from a package serves as well.
    if command -v npm >/dev/null; then wanted=("${wanted[@]/nodejs/}"); wanted=("${wanted[@]/npm/}"); fi
    local missing=()
    for package in "${wanted[@]}"; do
      [[ -z $package ]] || dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if ((${#missing[@]})); then
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
  elif command -v brew >/dev/null; then
    # No X11 desktop on macOS: the tests that need one say so and are left out.
    brew list postgresql@15 >/dev/null 2>&1 || brew install -q postgresql@15
    command -v npm >/dev/null || brew install -q node
    command -v redis-server >/dev/null || brew install -q redis
    [[ -d "/Applications/Chromium.app" || -d "/Applications/Google Chrome.app" ]] || brew install -q --cask chromium
  else
    echo "scripts/test knows apt-get and brew. Install by hand: Postgres 15 or newer, Redis, Xvfb, openbox, xdotool, xterm, weston, Xwayland, Chromium, Node 20, Python 3." >&2
  fi
}

# A real ActivityWatch server in a virtual environment. The pins are those that work together.
install_activitywatch() {
  local home=$1
  [[ -x $home/bin/aw-server ]] && return
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install -q aw-server==0.12.0 aw-client==0.5.15 aw-core==0.5.18 \
    flask==2.2.5 werkzeug==2.3.8 flask-restx==1.3.0 'peewee<4' 'setuptools<81'
}

# A LiteLLM proxy in a virtual environment: a server that speaks as OpenAI does and is not ours.
install_litellm() {
  local home=$1
  [[ -x $home/bin/litellm ]] && return
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install -q 'litellm[proxy]==1.106.2'
}

# cargo-deny, built once.
install_cargo_deny() {
  [[ -x $1/bin/cargo-deny ]] || cargo install --quiet --debug --locked --root "$1" cargo-deny@0.20.2
}
