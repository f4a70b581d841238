#!/bin/sh
# Gets a Chromium for the browser tests: one that is there, Debian's headless shell, or Playwright's own download.
set -eu
for name in chromium-headless-shell chrome-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then
    exit 0
  fi
done
if command -v apt-get >/dev/null 2>&1; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update -qq || true
  for package in chromium-headless-shell chromium; do
    if $as_root apt-get install -y -qq --no-install-recommends "$package" fonts-dejavu-core >/dev/null; then
      exit 0
    fi
  done
fi
if python -m playwright install --with-deps chromium; then
  exit 0
fi
echo "The browser tests need Chromium, and it could not be installed. Install it by hand: a command called chromium or google-chrome." >&2
exit 1
