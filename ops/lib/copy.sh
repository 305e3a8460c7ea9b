# shellcheck shell=bash
# One running copy of both programs: its settings, secrets, processes. Sourced by ops/up, ops/down, ops/service, ops/with.
#
# RUN_DIR holds everything of a copy: postgres/, secrets/ (0600), logs/, processes/, mail/, state/ (the tracker's journal),
# signing-keys/, releases/, settings (what it was started with) and env (what a client needs to know).

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN_DIR=$(realpath -ms "${RUN_DIR:-$home/.run}")
postgres=$RUN_DIR/postgres

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }

setting_names=(PORT_TRACKER PORT_LICENSE DEMO BUILD SCRATCH PROGRAMS)

settings() {
  PORT_TRACKER=${PORT_TRACKER:-3000}
  PORT_LICENSE=${PORT_LICENSE:-4000}
  DEMO=${DEMO:-1}
  BUILD=${BUILD:-release}
  SCRATCH=${SCRATCH:-}
  PROGRAMS=${PROGRAMS:-$home/.build/$BUILD}
}

# What this call does not say is taken from the last ops/up of the same RUN_DIR.
remembered_settings() {
  local line name
  if [[ -r $RUN_DIR/settings ]]; then
    while IFS= read -r line; do
      name=${line%%=*}
      [[ -n ${!name:-} ]] || printf -v "$name" '%s' "${line#*=}"
    done <"$RUN_DIR/settings"
  fi
  settings
}

remember_settings() {
  local name
  for name in "${setting_names[@]}"; do echo "$name=${!name}"; done >"$RUN_DIR/settings"
}

make_run_dir() {
  # User postgres has to pass through it; what is secret inside has its own mode.
  mkdir -p "$RUN_DIR"
  chmod 0711 "$RUN_DIR"
  install -d -m 0700 "$RUN_DIR"/{secrets,logs,processes,mail,state,signing-keys,releases}
}

# --- secrets: made once, kept in RUN_DIR ---

# 256 random bits as text that stands in URLs and shell lines as it is.
secret() {
  local file=$RUN_DIR/secrets/$1
  [[ -s $file ]] ||
    (umask 077 && head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d = >"$file.new" && mv "$file.new" "$file")
  cat "$file"
}

# --- the environment of each program ---

database_url() { echo "postgresql://$1:$(secret "$2")@/$1?host=$(url_encoded "$("$home/ops/postgres" socket "$postgres")")"; }

url_encoded() {
  local LC_ALL=C index character
  for ((index = 0; index < ${#1}; index++)); do
    character=${1:index:1}
    if [[ $character == [a-zA-Z0-9/._~-] ]]; then printf '%s' "$character"; else printf '%%%02X' "'$character"; fi
  done
}

# The demo's licence key, as `license-server demo --json` said; nothing without demo.
demo_license_key() {
  [[ $DEMO == 0 || ! -s $RUN_DIR/demo.json ]] ||
    /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["license_key"])' "$RUN_DIR/demo.json"
}

# Fills the array `environment` with the variables of a program. What a copy does not own can be set from outside: SMTP_URL,
# MAIL_FROM, LOG_LEVEL and whatever is not named here (STRIPE_SECRET_KEY, GEOIP_DIR, ...).
environment_of() {
  environment=(
    "TRACKILY_HOME=$home"
    "ASSETS_DIR=$home/assets:$home/.tools/assets"
    "TRUSTED_PROXIES=127.0.0.1/32,::1/128"
    "LOG_LEVEL=${LOG_LEVEL:-info}"
  )
  case $1 in
    license)
      environment+=(
        "DATABASE_URL=$(database_url trackily_license license_database_password)"
        "PORT=$PORT_LICENSE"
        "PUBLIC_URL=http://127.0.0.1:$PORT_LICENSE"
        "VENDOR_EMAIL=vendor@example.com"
        "VENDOR_PASSWORD=$(secret vendor_password)"
        "VENDOR_PASSWORD_CHANGE=never"
        "SIGNING_KEYS_DIR=$RUN_DIR/signing-keys"
        "SECRET_KEY=$(secret license_secret_key)"
        "SMTP_URL=${SMTP_URL:-smtp://127.0.0.1:$(cat "$RUN_DIR/mail/port")}"
        "MAIL_FROM=${MAIL_FROM:-licenses@example.com}"
        "RELEASES_DIR=$RUN_DIR/releases"
      )
      ;;
    tracker)
      environment+=(
        "DATABASE_URL=$(database_url trackily tracker_database_password)"
        "PORT=$PORT_TRACKER"
        "PUBLIC_URL=http://127.0.0.1:$PORT_TRACKER"
        "ADMIN_EMAIL=admin@example.com"
        "ADMIN_PASSWORD=$(secret admin_password)"
        "ADMIN_PASSWORD_CHANGE=never"
        "LICENSE_SERVER_URL=${LICENSE_SERVER_URL:-http://127.0.0.1:$PORT_LICENSE}"
        "STATE_DIR=$RUN_DIR/state"
        "SECRET_KEY=$(secret tracker_secret_key)"
        "CONTROL_TOKEN=$(secret control_token)"
        "METRICS_TOKEN=$(secret metrics_token)"
      )
      [[ -z $(demo_license_key) ]] || environment+=("LICENSE_KEY=$(demo_license_key)")
      ;;
    *) fail "no program '$1' (license, tracker)" ;;
  esac
}

# Runs a command with a program's environment.
with_environment() {
  local environment
  environment_of "$1"
  shift
  env "${environment[@]}" "$@"
}

# --- processes ---
# processes/NAME holds `PID START RECIPE`: the kernel's start time tells our process from a later one with the same number,
# the recipe (a hash of program file, arguments and environment) tells whether it is what we would start today.

start_time() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  # The second field, the program's name, may hold blanks; a zombie (Z) is dead.
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] && echo "${stat[19]}"
}

# Prints the PID of a service of this copy; fails when it does not run.
pid_of() {
  local pid start now
  read -r pid start _ 2>/dev/null <"$RUN_DIR/processes/$1" || return 1
  now=$(start_time "$pid") && [[ $now == "$start" ]] && echo "$pid"
}

command_of() {
  case $1 in
    mail-sink) command=("$home/ops/mail-sink" "$RUN_DIR/mail") ;;
    license) command=("$PROGRAMS/license-server" serve) ;;
    tracker) command=("$PROGRAMS/trackily" serve) ;;
    *) fail "no service '$1' (postgres, mail-sink, license, tracker)" ;;
  esac
}

# Starts a service unless it runs as it should; one that runs an older program or other settings is replaced.
start_service() {
  local name=$1 environment=() command recipe pid now
  if [[ $name == postgres ]]; then start_postgres; return; fi
  command_of "$name"
  [[ -x ${command[0]} ]] || fail "${command[0]} is missing: run ops/build"
  [[ $name == mail-sink ]] || environment_of "$name"
  recipe=$({ stat -c '%d:%i:%Y:%s' "${command[0]}"; printf '%s\0' "${command[@]}" "${environment[@]}"; } |
    sha256sum | cut -c1-16)
  if pid=$(pid_of "$name"); then
    read -r _ _ now <"$RUN_DIR/processes/$name"
    [[ $now != "$recipe" ]] || return 0
    stop_service "$name"
  fi
  # A session of its own: Ctrl-C in the terminal of `make run` reaches ops/run alone, which stops things in order.
  setsid env "${environment[@]}" "${command[@]}" >>"$RUN_DIR/logs/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  now=$(start_time "$pid") || fail "$name ended at once: $RUN_DIR/logs/$name.log"
  echo "$pid $now $recipe" >"$RUN_DIR/processes/$name"
}

start_postgres() {
  "$home/ops/postgres" start "$postgres" ${SCRATCH:+--scratch} 9>&-
  secret tracker_database_password |
    "$home/ops/postgres" database "$postgres" trackily trackily NOSUPERUSER NOCREATEDB CREATEROLE
  secret license_database_password |
    "$home/ops/postgres" database "$postgres" trackily_license trackily_license NOSUPERUSER NOCREATEDB NOCREATEROLE
}

stop_service() {
  local name=$1 pid deadline
  if [[ $name == postgres ]]; then "$home/ops/postgres" stop "$postgres"; return; fi
  if pid=$(pid_of "$name"); then
    kill -TERM "$pid" 2>/dev/null || true
    deadline=$((SECONDS + 30))
    while [[ $(pid_of "$name") == "$pid" ]]; do
      if ((SECONDS > deadline)); then
        echo "$name did not stop within 30 s of SIGTERM and was killed" >&2
        kill -KILL "$pid" 2>/dev/null || true
        deadline=$((SECONDS + 5))
      fi
      sleep 0.05
    done
  fi
  rm -f "$RUN_DIR/processes/$name"
}

service_runs() {
  if [[ $1 == postgres ]]; then "$home/ops/postgres" status "$postgres"; else pid_of "$1" >/dev/null; fi
}

# Waits until a program answers 200 at /readyz, the mail sink has its port; says why when it does not.
await_service() {
  local name=$1 seconds=${2:-60} deadline
  deadline=$((SECONDS + seconds))
  until service_ready "$name"; do
    if ! service_runs "$name"; then show_log "$name" "$name ended instead of getting ready"; return 1; fi
    if ((SECONDS > deadline)); then show_log "$name" "$name was not ready within $seconds s"; return 1; fi
    sleep 0.1
  done
}

service_ready() {
  case $1 in
    postgres) service_runs postgres ;;
    mail-sink) [[ -s $RUN_DIR/mail/port ]] && : 2>/dev/null <>"/dev/tcp/127.0.0.1/$(cat "$RUN_DIR/mail/port")" ;;
    license) curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$PORT_LICENSE/readyz" 2>/dev/null ;;
    tracker) curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$PORT_TRACKER/readyz" 2>/dev/null ;;
  esac
}

show_log() {
  echo "$2; the end of $RUN_DIR/logs/$1.log:" >&2
  tail -n 25 "$RUN_DIR/logs/$1.log" 2>/dev/null | sed 's/^/  | /' >&2
}
