#!/bin/sh
# Sees to it that the browser tests have a Chromium, and says which. Ends with 0 when there is
# none and none can be had, as the other tests can still run; in CI (variable CI set) with 1.
set -u
cd "$(dirname "$0")/../.."

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    .venv/bin/python - 2>/dev/null <<'PYTHON'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
print(path)
sys.exit(not pathlib.Path(path).exists())
PYTHON
}

# Playwright drives the browser from a Node of its own, which wants libatomic: a bare Debian has none.
driver_starts() { .venv/bin/python -m playwright --version >/dev/null 2>&1; }

ready() { driver_starts && found=$(find_chromium); }

if ! ready; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        packages=
        find_chromium >/dev/null || packages="chromium"
        driver_starts || packages="$packages libatomic1"
        echo "==> Installing with apt-get:" $packages
        log=$(mktemp)
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } \
            >"$log" 2>&1 </dev/null || tail -n 20 "$log"
        rm -f "$log"
    else
        echo "==> Installing Chromium with playwright"
        timeout 300 .venv/bin/python -m playwright install chromium </dev/null
    fi
fi

if ready; then
    echo "==> Chromium for the browser tests: $found"
    exit 0
fi

echo "No Chromium here, and it could not be installed (the reason is above): the browser tests will be skipped."
echo "Install it yourself (on Debian, as root: apt-get install chromium libatomic1) and run make test again."
if [ -n "${CI:-}" ]; then
    echo "In CI nothing may be skipped, so this stops here."
    exit 1
fi
