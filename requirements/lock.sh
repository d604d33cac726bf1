#!/bin/sh
# Writes requirements/*.lock from requirements/*.in, with hashes, for every platform and Python from 3.11 on.
# Versions stay as they are where they still fit; `--upgrade` or `--upgrade-package NAME` takes newer ones.
set -eu

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/python" -m pip install --quiet uv==0.13.8

# $1 is the lock's name; the rest goes to uv. No address of an index is written: each machine has its own.
compile() {
    name=$1
    shift
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --no-annotate --output-file "requirements/$name.lock" "$@" "requirements/$name.in"
}

compile runtime "$@"
compile develop --constraint requirements/runtime.lock "$@" # the same versions in both
compile audit "$@"
