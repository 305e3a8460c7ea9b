#!/bin/bash
# /usr/local/bin/trackily: runs a command as the service does, with its settings, its user and its directory.
#   trackily doctor        trackily license status        trackily user reset-password you@example.com
set -euo pipefail

settings=/etc/trackily/trackily.env
if ((EUID != 0)); then
  echo "trackily: run this as root: it reads $settings" >&2
  exit 77
fi

# NAME=value or NAME='value' a line, as systemd's EnvironmentFile takes them; nothing is expanded.
while IFS= read -r line || [[ -n $line ]]; do
  [[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
  name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
  case $value in
    \'*\') value=${value#\'} value=${value%\'} ;;
    \"*\") value=${value#\"} value=${value%\"} ;;
  esac
  export "$name=$value"
done <"$settings"

cd /var/lib/trackily
umask 0077
export HOME=/var/lib/trackily
exec setpriv --reuid=trackily --regid=trackily --init-groups --no-new-privs \
  /opt/trackily/current/bin/trackily "$@"
