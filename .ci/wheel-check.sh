#!/usr/bin/env bash
# Builds the wheel, installs it where the checkout cannot be seen, and makes it serve.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        for _ in {1..50}; do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
        kill -9 "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT

echo "==> Building the wheel"
.venv/bin/python -m pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir "$work/dist" .
wheel=$(echo "$work"/dist/poolster-*.whl)
.venv/bin/python - "$wheel" <<'PYTHON'
import pathlib, sys, zipfile
names = set(zipfile.ZipFile(sys.argv[1]).namelist())
homes = {"core": "core", "plugins": "plugins", "content": "core/_data/content", "templates": "core/_data/templates"}
missing = [
    str(path)
    for folder, home in homes.items()
    for path in sorted(pathlib.Path(folder).rglob("*"))
    if path.is_file() and path.suffix != ".pyc" and f"{home}/{path.relative_to(folder).as_posix()}" not in names
]
if missing:
    sys.exit("The wheel lacks: " + ", ".join(missing))
print(f"{pathlib.Path(sys.argv[1]).name}: {len(names)} files")
PYTHON

echo "==> Installing it in a fresh environment"
.venv/bin/python -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip --disable-pip-version-check --no-input)
"${pip[@]}" install --quiet --require-hashes -r requirements.lock
"${pip[@]}" install --quiet --no-deps --no-index "$wheel"
"${pip[@]}" check # the lock holds all that the wheel asks for

cd "$work"
export POOLSTER_INSTANCE="$work/instance"
poolster="$work/venv/bin/poolster"

echo "==> poolster --version"
version=$("$poolster" --version)
echo "$version"
expected=$("$root/.venv/bin/python" -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["project"]["version"])' "$root/pyproject.toml")
case $version in *"$expected"*) ;; *) echo "The command names another version than pyproject.toml ($expected)."; exit 1 ;; esac

echo "==> poolster init"
"$poolster" init --email admin@example.org --mail-url smtp://localhost:25 </dev/null
test -f "$POOLSTER_INSTANCE/config.toml" || { echo "poolster init wrote no config.toml."; exit 1; }

echo "==> poolster serve"
PORT=$("$work/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PORT
"$poolster" serve >"$work/serve.log" 2>&1 </dev/null &
server=$!
"$work/venv/bin/python" - "$PORT" <<'PYTHON' || { cat "$work/serve.log"; exit 1; }
import json, sys, time, urllib.error, urllib.request
address, end = f"http://127.0.0.1:{sys.argv[1]}/health", time.monotonic() + 30
while True:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            body = json.load(answer)
            break
    except urllib.error.HTTPError as error:
        sys.exit(f"/health answered {error.code}: {error.read()[:500]!r}")
    except OSError as error:
        if time.monotonic() > end:
            sys.exit(f"/health did not answer within 30 s: {error}")
        time.sleep(0.2)
print(f"/health: 200 {body}")
PYTHON
echo "The wheel works."
