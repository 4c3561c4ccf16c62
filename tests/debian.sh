#!/usr/bin/env bash
# The tests run the real PostgreSQL, Redis, nginx and Chromium: installed from Debian's packages where they are missing.
set -euo pipefail
missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ -x /usr/bin/redis-server ] || missing+=(redis-server)
if [ "${1:-}" = slow ]; then
  [ -x /usr/sbin/nginx ] || missing+=(nginx)
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing+=(faketime)
fi
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if [ "$(id -u)" -ne 0 ]; then echo "Missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}"; exit 1; fi
echo "Installing from Debian: ${missing[*]} …"
apt-get update -qq
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
