#!/bin/sh
# Gets the shells whose completion is tested, where they are not there yet: Debian's, or Homebrew's.
set -eu
missing=""
for name in bash zsh fish; do
  command -v "$name" >/dev/null 2>&1 || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  if $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    exit 0
  fi
elif command -v brew >/dev/null 2>&1 && brew install --quiet $missing; then
  exit 0
fi
echo "The tests of the completion need$missing, and it could not be installed. Install it by hand." >&2
exit 1
