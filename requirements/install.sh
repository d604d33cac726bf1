#!/bin/sh
# Makes .venv, or brings it up to date. `make` calls it; it does nothing when nothing has changed since the last time.
#
#   sh requirements/install.sh runtime    what the program needs
#   sh requirements/install.sh develop    what its tests, checks and benchmark need on top
#
# Every package comes from the lock, by hash. Another Python than the one found: PYTHON=/path/to/python3 make install
set -eu

kind=$1
venv=.venv
log=$venv/install.log

# Newest first, but 3.14 and later last: not every compiled package has a wheel for them yet.
candidates="${PYTHON:-} python3.13 python3.12 python3.11 python3 python3.14 python3.15"

# A Python that is new enough and can make a virtual environment (Debian keeps that part in a package of its own).
find_python() {
    for name in $candidates; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    for name in $candidates; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name lacks its venv module: install it (apt install $name-venv) and try again." >&2
            exit 1
        fi
    done
    echo "Python 3.11 or newer is missing: install it (apt install python3 python3-venv, or brew install python@3.13)," \
        "or name one that is not on the PATH: make PYTHON=/path/to/python3" >&2
    exit 1
}

# An environment that has been moved does not work: its programs name their place.
is_usable() {
    [ "$(cat "$venv/.place" 2>/dev/null || pwd)" = "$(pwd)" ] &&
        "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

fingerprint() {
    { cat "requirements/$1.lock" requirements/install.sh pyproject.toml && "$venv/bin/python" -VV; } | cksum
}

# Runs pip with its words in the log; on a terminal a count goes up meanwhile. Where pip fails its words are shown.
pip_install() {
    { "$venv/bin/python" -m pip install --progress-bar off "$@" 2>&1 && echo "pip-ended 0" || echo "pip-ended 1"; } |
        tee "$log" |
        { count=0
          while read -r word rest; do
              case $word in
                  Collecting) count=$((count + 1)); say="  $count packages" ;;
                  Installing) say="  unpacking $count packages" ;;
                  pip-ended) exit "$rest" ;;
                  *) continue ;;
              esac
              if [ -t 1 ]; then printf '\r%-40s' "$say"; fi
          done; } ||
        { echo; cat "$log" >&2; echo "The packages could not be installed; the reason stands above." >&2; exit 1; }
    if [ -t 1 ]; then printf '\r%-40s\r' ''; fi
}

if ! is_usable; then
    python=$(find_python)
    "$python" -m venv --clear "$venv"
    pwd >"$venv/.place"
fi
if [ "$(fingerprint "$kind")" != "$(cat "$venv/.$kind" 2>/dev/null)" ]; then
    echo "Setting up $venv with $("$venv/bin/python" -V), as requirements/$kind.lock says (about a minute, once)."
    case $kind in # tests compile what they import; whoever runs the program shall not wait for it then
        develop) pip_install --require-hashes --no-compile -r "requirements/$kind.lock" ;;
        *) pip_install --require-hashes -r "requirements/$kind.lock" ;;
    esac
    pip_install --no-deps --no-build-isolation --editable .
    fingerprint "$kind" >"$venv/.$kind"
    if [ "$kind" = develop ]; then fingerprint runtime >"$venv/.runtime"; fi # the one holds the other, version by version
fi
