#!/usr/bin/env bash
# Installs, updates or removes the tracker on Debian 11 and later or Ubuntu 20.04 and later. To be read before it is
# run: nothing happens until the last line, which calls main, so a download that was cut short does nothing.
#
# shellcheck disable=SC2034 # the server that gives this script out writes the next three lines
server_url='https://license.trackily.online'
product_name='Trackily'
release_key=''

set -euo pipefail

usage() {
  cat <<TEXT
$product_name installer

  curl -sSL $server_url/install.sh | bash -s -- YOUR_LICENSE_KEY [OPTIONS]

The licence key may also come from the variable TRACKILY_LICENSE_KEY or, with --key-stdin, from standard input. Without
a key the tracker runs with the Starter plan's features.

  --domain HOST       serve https://HOST with a certificate, through Caddy or nginx
  --email ADDRESS     the first account's e-mail address, also told to the certificate authority
  --proxy caddy|nginx which of the two; the one that is there if not given
  --port NUMBER       where the tracker listens (3000)
  --version VERSION   this release instead of the newest
  --channel beta      the newest release, unfinished ones included
  --upgrade           only update what is installed; data stays, and the old version returns if the new one does not run
  --uninstall         remove the program; settings and data stay
  --purge             with --uninstall: settings and data go, too
  --dry-run           check everything and say what would be done
  --without-systemd   run by an init script (taken by itself where systemd does not run)
  --trust-new-key     accept another release key than the one that this installation trusts
  --key-stdin, --help

DATABASE_URL names a Postgres of your own (15 or later, a login with CREATEROLE). Otherwise Postgres is installed here.

Exit codes: 0 done, 1 failed, 2 this system does not fit, 3 a release cannot be fetched, 4 checksum or signature is
wrong, 5 the licence key is refused, 6 the database, 7 the new version did not run and the old one is back, 64 wrong
arguments, 77 not root.
TEXT
}

prefix=/opt/trackily
settings_dir=/etc/trackily
settings=$settings_dir/trackily.env
facts=$settings_dir/installation
trusted_key=$settings_dir/release-key.pub
state_dir=/var/lib/trackily
command_path=/usr/local/bin/trackily
unit=/etc/systemd/system/trackily.service
init_script=/etc/init.d/trackily
log=/var/log/trackily-install.log
least_memory_kb=900000
least_postgres=15

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
fail() {
  local code=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}
would() { say "    would $*"; }

# --- arguments ---

read_arguments() {
  license_key='' domain='' email='' proxy='' port='' version=latest channel=stable action=install
  purge=0 dry_run=0 without_systemd=0 trust_new_key=0 key_from_stdin=0
  while (($#)); do
    case $1 in
      --domain | --email | --proxy | --port | --version | --channel)
        (($# >= 2)) || fail 64 "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      --upgrade | --uninstall) action=${1#--} ;;
      --purge) purge=1 ;;
      --dry-run) dry_run=1 ;;
      --without-systemd) without_systemd=1 ;;
      --trust-new-key) trust_new_key=1 ;;
      --key-stdin) key_from_stdin=1 ;;
      --help | -h) usage; exit 0 ;;
      -*) fail 64 "no option $1; --help lists them" ;;
      *)
        [[ -z $license_key ]] || fail 64 'one licence key is enough'
        license_key=$1
        ;;
    esac
    shift
  done
  : "${license_key:=${TRACKILY_LICENSE_KEY:-}}"
  unset TRACKILY_LICENSE_KEY
  if ((key_from_stdin)); then
    IFS= read -r license_key || [[ -n $license_key ]] || fail 64 'standard input holds no key'
  fi
  check_arguments
}

check_arguments() {
  [[ -z $license_key || $license_key =~ ^[A-Za-z0-9_-]{8,100}$ ]] ||
    fail 64 'the licence key must be 8 to 100 letters, digits and dashes'
  [[ -z $domain || $domain =~ ^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$ ]] ||
    fail 64 "--domain must be a host name such as track.example.com"
  [[ -z $email || $email =~ ^[^[:space:]\'\"@]+@[^[:space:]\'\"@]+\.[^[:space:]\'\"@]+$ ]] ||
    fail 64 '--email must be an e-mail address'
  [[ -z $proxy || $proxy == caddy || $proxy == nginx ]] || fail 64 '--proxy must be caddy or nginx'
  if [[ -n $port ]]; then
    [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail 64 '--port must be 1 to 65535'
    ((port <= 65535)) || fail 64 '--port must be 1 to 65535'
  fi
  [[ $version == latest || $version =~ ^[0-9]{1,6}(\.[0-9]{1,6}){2,3}$ ]] || fail 64 '--version must be such as 1.4.0'
  [[ $channel == stable || $channel == beta ]] || fail 64 '--channel must be stable or beta'
  ((purge == 0)) || [[ $action == uninstall ]] || fail 64 '--purge goes with --uninstall'
  [[ ${DATABASE_URL:-} != *[\'$'\n']* ]] || fail 64 "DATABASE_URL must not hold quotes: write ' as %27"
}

# --- the system ---

check_system() {
  step 'Checking this system'
  check_distribution
  [[ $(uname -s) == Linux ]] || fail 2 'this is not Linux'
  architecture=$(uname -m)
  ((dry_run)) || ((EUID == 0)) || fail 77 'run this as root, for instance: curl ... | sudo bash -s -- KEY'
  memory_kb=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
  has_systemd=0
  if [[ -d /run/systemd/system ]] && ((without_systemd == 0)); then has_systemd=1; fi
  ((has_systemd || without_systemd)) || say '    systemd does not run here: an init script is used'
}

check_distribution() {
  local ID='' VERSION_ID='' PRETTY_NAME='this system'
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || . /etc/os-release
  case $ID in
    # Debian testing has no number.
    debian) [[ -z $VERSION_ID ]] || ((${VERSION_ID%%.*} >= 11)) || fail 2 "$PRETTY_NAME: 11 or later is needed" ;;
    ubuntu) ((${VERSION_ID%%.*} >= 20)) || fail 2 "$PRETTY_NAME: 20.04 or later is needed" ;;
    *) fail 2 "$PRETTY_NAME: this installer knows Debian and Ubuntu; use the Docker image elsewhere" ;;
  esac
  say "    $PRETTY_NAME, $(uname -m)"
}

# Whether somebody listens on a local TCP port.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

check_ports() {
  if [[ $(get "$settings" PORT) != "$port" ]] && port_taken "$port"; then
    fail 2 "port $port is taken by another program; choose one with --port"
  fi
  [[ -n $domain ]] || return 0
  local web
  for web in 80 443; do
    if port_taken "$web" && ! proxy_runs; then
      fail 2 "port $web, which https://$domain needs, is taken by a program that is neither Caddy nor nginx"
    fi
  done
}

proxy_runs() { pgrep -x nginx >/dev/null 2>&1 || pgrep -x caddy >/dev/null 2>&1; }

# check_room KILOBYTES: room for the unpacked release beside the old one.
check_room() {
  local folder=$prefix free
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  ((free >= $1)) || fail 2 "$folder has $((free / 1024)) MB free; $(($1 / 1024)) MB are needed"
}

# need COMMAND PACKAGE: installs the package when the command is not there. Fails only in a dry run.
need() {
  if command -v "$1" >/dev/null; then return 0; fi
  if ((dry_run)); then would "install $2"; return 1; fi
  apt_install "$2"
}

need_file() {
  if [[ -e $1 ]]; then return 0; fi
  if ((dry_run)); then would "install $2"; else apt_install "$2"; fi
}

apt_install() {
  if [[ -z ${apt_updated:-} ]]; then
    logged apt-get -o DPkg::Lock::Timeout=300 update -q || fail 1 "apt-get update failed; see $log"
    apt_updated=yes
  fi
  logged env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -o DPkg::Lock::Timeout=300 \
    install -y -q --no-install-recommends "$@" || fail 1 "apt-get could not install $*; see $log"
}

# Descriptor 9 is our lock: a service that is started must not keep it.
logged() { "$@" >>"$log" 2>&1 9>&-; }

# --- what is installed: small facts, NAME=value ---

installed() { [[ -L $prefix/current ]]; }
installed_version() { basename "$(readlink "$prefix/current")"; }

get() {
  local file=$1 line
  [[ -r $file ]] || return 0
  while IFS= read -r line; do
    [[ $line == "$2="* ]] || continue
    line=${line#*=} line=${line#\'}
    printf '%s' "${line%\'}"
    return
  done <"$file"
}

# put FILE NAME VALUE: writes or replaces one line; put FILE NAME: removes it. The file stays 0600, and as it is when
# the line is there already.
put() {
  local file=$1 name=$2 line
  if (($# == 3)) && [[ -n $3 && $(get "$file" "$name") == "$3" ]]; then return 0; fi
  {
    if [[ -e $file ]]; then
      while IFS= read -r line || [[ -n $line ]]; do [[ $line == "$name="* ]] || printf '%s\n' "$line"; done <"$file"
    fi
    if (($# == 3)); then printf "%s='%s'\n" "$name" "$3"; fi
  } >"$file.new"
  chmod 0600 "$file.new"
  mv "$file.new" "$file"
}

# put_new FILE NAME VALUE: only when there is none yet.
put_new() { [[ -n $(get "$1" "$2") ]] || put "$@"; }

random_password() { head -c 18 /dev/urandom | base64 | tr '+/' '-_'; }

# --- the licence ---

# Asks the license server before anything is changed. The key goes through a pipe, never onto a command line.
check_license() {
  [[ -n $license_key ]] || return 0
  step 'Checking the licence key'
  local answer code
  answer=$(printf '{"license_key":"%s"}' "$license_key" |
    curl -fsS --max-time 30 --retry 2 -H 'Content-Type: application/json' --data-binary @- \
      "$server_url/api/v1/licenses/validate") || fail 3 "$server_url does not answer"
  code=$(sed -n 's/.*"code": *"\([A-Z_]*\)".*/\1/p' <<<"$answer" | head -n 1)
  case $code in
    VALID | OVERDUE | NOT_ACTIVATED | FINGERPRINT_MISMATCH) say '    it is good' ;;
    TOO_MANY_INSTANCES) warn 'this licence runs on as many trackers as it may; deactivate one in the portal' ;;
    NOT_FOUND) fail 5 'the licence key is not known; copy it again from the portal' ;;
    *) fail 5 "the licence key is refused: ${code:-the answer was not understood}" ;;
  esac
}

# --- the release ---

# Fetches MANIFEST and signature, checks them, and sets version, archive, archive_sha256, archive_size.
find_release() {
  step 'Looking for the release'
  [[ -n $release_key ]] || fail 3 "$server_url publishes no release yet"
  local from=$version
  mkdir -p "$work"
  fetch "releases/$from/MANIFEST?channel=$channel" "$work/MANIFEST"
  # Another release could become the newest between two requests: from here on by number.
  version=$(sed -n 's/^version \([0-9.]*\)$/\1/p' "$work/MANIFEST")
  [[ -n $version ]] || fail 4 'the MANIFEST names no version'
  [[ $from == latest || $from == "$version" ]] || fail 4 "the MANIFEST is of release $version, not of $from"
  fetch "releases/$version/MANIFEST.sig" "$work/MANIFEST.sig"
  choose_key
  verify "$work/MANIFEST" "$work/MANIFEST.sig" "$work/release-key.pub" ||
    fail 4 'the signature of the release is wrong: nothing was installed'
  archive=trackily-$version-linux-$architecture.tar.gz
  read -r archive_sha256 archive_size < <(awk -v name="$archive" '$1 == "file" && $4 == name { print $2, $3 }' \
    "$work/MANIFEST") || fail 2 "there is no release for $architecture"
  say "    $product_name $version, signature good"
  if installed; then check_direction "$from"; fi
  check_room $((archive_size * 5 / 1024 + 200000))
}

# check_direction WANTED: what is installed is never replaced by something older. The newest release may well be older,
# when the installed one was withdrawn: that one then stays.
check_direction() {
  local now
  now=$(installed_version)
  [[ $(printf '%s\n%s\n' "$now" "$version" | sort -V | tail -n 1) != "$version" ]] || return 0
  [[ $1 == latest ]] || fail 2 "release $now is installed and $version is older: going back is not supported"
  say "    $now is installed, which is newer, and stays"
  version=$now
}

# An installation goes on trusting the key it was made with, whatever this script brings.
choose_key() {
  printf '%s\n' "$release_key" >"$work/release-key.pub"
  [[ -s $trusted_key ]] || return 0
  if ((trust_new_key == 0)) && ! cmp -s "$trusted_key" "$work/release-key.pub"; then
    fail 4 'the release key is another one than this installation trusts. If the vendor announced that: --trust-new-key'
  fi
}

fetch() {
  curl -fsSL --max-time 1800 --connect-timeout 20 --retry 3 --retry-delay 2 -o "$2" "$server_url/$1" ||
    fail 3 "$server_url/$1 cannot be fetched"
}

# verify FILE SIGNATURE KEY: Ed25519, by openssl 3, or where that is older by the rules of RFC 8032 in Python.
verify() {
  if openssl pkeyutl -help 2>&1 | grep -q -- -rawin; then
    openssl pkeyutl -verify -pubin -inkey "$3" -rawin -in "$1" -sigfile "$2" >/dev/null 2>&1
  else
    need python3 python3-minimal || { say '    the signature is checked with Python then'; return 0; }
    verify_by_python "$@"
  fi
}

verify_by_python() {
  python3 - "$@" <<'PYTHON'
import base64, hashlib, sys

p = 2**255 - 19
q = 2**252 + 27742317777372353535851937790883648493
d = -121665 * pow(121666, p - 2, p) % p
root = pow(2, (p - 1) // 4, p)


def add(P, Q):
    A, B = (P[1] - P[0]) * (Q[1] - Q[0]) % p, (P[1] + P[0]) * (Q[1] + Q[0]) % p
    C, D = 2 * P[3] * Q[3] * d % p, 2 * P[2] * Q[2] % p
    E, F, G, H = B - A, D - C, D + C, B + A
    return E * F % p, G * H % p, F * G % p, E * H % p


def times(s, P):
    Q = (0, 1, 1, 0)
    while s:
        if s & 1:
            Q = add(Q, P)
        P, s = add(P, P), s >> 1
    return Q


def point(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(d * y * y + 1, p - 2, p) % p
    x = pow(x2, (p + 3) // 8, p)
    if (x * x - x2) % p:
        x = x * root % p
    if y >= p or (x * x - x2) % p or (x == 0 and sign):
        sys.exit(1)
    x = p - x if x & 1 != sign else x
    return x, y, 1, x * y % p


message, signature, pem = (open(name, "rb").read() for name in sys.argv[1:4])
der = base64.b64decode(b"".join(line for line in pem.split() if b"-" not in line and len(line) > 9))
if len(signature) != 64 or len(der) != 44 or der[:12].hex() != "302a300506032b6570032100":
    sys.exit(1)
public, R, s = der[12:], signature[:32], int.from_bytes(signature[32:], "little")
y = 4 * pow(5, p - 2, p) % p
base = point(y.to_bytes(32, "little"))
h = int.from_bytes(hashlib.sha512(R + public + message).digest(), "little") % q
left, right = times(s, base), add(point(R), times(h, point(public)))
same = (left[0] * right[2] - right[0] * left[2]) % p == 0 and (left[1] * right[2] - right[1] * left[2]) % p == 0
sys.exit(0 if s < q and same else 1)
PYTHON
}

# Downloads and unpacks the release to $prefix/releases/VERSION, all of it or nothing.
unpack_release() {
  local target=$prefix/releases/$version
  if [[ -f $target/VERSION && $(<"$target/VERSION") == "$version" ]]; then return; fi
  step "Downloading $archive ($((archive_size / 1048576)) MB)"
  if ((dry_run)); then would "unpack it to $target"; return; fi
  fetch "releases/$version/$archive" "$work/$archive"
  [[ $(stat -c %s "$work/$archive") == "$archive_size" && $(sha256sum <"$work/$archive") == "$archive_sha256  -" ]] ||
    fail 4 'the checksum of the download is wrong: nothing was installed'
  tar -xzf "$work/$archive" -C "$work" --no-same-owner || fail 2 "$archive could not be unpacked; is the disk full?"
  [[ -x $work/trackily-$version/bin/trackily ]] || fail 4 "$archive does not hold the program"
  chmod -R go-w,a+rX "$work/trackily-$version"
  mkdir -p "$prefix/releases"
  rm -rf "$target"
  mv "$work/trackily-$version" "$target"
  rm -f "$work/$archive"
  "$target/bin/trackily" --version >/dev/null || fail 2 'the program does not start on this system'
}

# --- the database ---

set_up_database() {
  [[ -z $(get "$settings" DATABASE_URL) || -n ${DATABASE_URL:-} ]] || return 0
  if [[ -n ${DATABASE_URL:-} ]]; then
    step 'Using the database of DATABASE_URL'
    if ((dry_run)); then return; fi
    put "$settings" DATABASE_URL "$DATABASE_URL"
    put_new "$facts" database given
    return
  fi
  step 'Setting up Postgres'
  if ((dry_run)); then would 'install Postgres unless it runs here, and make the database trackily'; return; fi
  find_cluster || install_postgres
  make_database
}

# Sets cluster_port to that of a running cluster which is new enough.
find_cluster() {
  command -v pg_lsclusters >/dev/null || return 1
  local number cluster at status _
  while read -r number cluster at status _; do
    if ((${number%%.*} < least_postgres)) || [[ $status != online* ]]; then continue; fi
    cluster_port=$at
    say "    Postgres $number on port $at"
    return 0
  done < <(pg_lsclusters --no-header)
  return 1
}

# What a fresh package has made and nobody started.
start_clusters() {
  local number cluster _
  while read -r number cluster _; do
    ((${number%%.*} < least_postgres)) || logged pg_ctlcluster "$number" "$cluster" start || true
  done < <(pg_lsclusters --no-header)
}

install_postgres() {
  logged apt-get -o DPkg::Lock::Timeout=300 update -q || true
  local package=postgresql
  if (($(offered postgresql) < least_postgres)); then
    package=postgresql-16
    [[ $(offered "$package") != 0 ]] || add_postgres_source "$package"
  fi
  apt_install "$package"
  find_cluster || { start_clusters; find_cluster; } || fail 6 "Postgres is installed and does not run; see $log"
}

# The major version of a package that apt would install; 0 for none.
offered() {
  local version
  version=$(apt-cache policy "$1" | sed -n 's/^ *Candidate: *\([0-9]*\).*/\1/p')
  printf '%s' "${version:-0}"
}

# Debian's own script adds the Postgres project's packages, with their key.
add_postgres_source() {
  say "    this system offers Postgres $(offered postgresql); a newer one comes from apt.postgresql.org"
  apt_install postgresql-common ca-certificates gnupg
  logged /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y || true
  if [[ $(offered "$1") == 0 ]]; then
    rm -f /etc/apt/sources.list.d/pgdg.list /etc/apt/sources.list.d/pgdg.sources
    fail 6 "apt.postgresql.org has none for this system or is out of reach: give a Postgres $least_postgres or later" \
      'by DATABASE_URL'
  fi
}

make_database() {
  local password
  password=$(random_password)
  # By standard input: what is on a command line, others can read.
  as_postgres <<SQL || fail 6 "the database could not be made; see $log"
SELECT 'CREATE ROLE trackily' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trackily') \gexec
ALTER ROLE trackily LOGIN CREATEROLE PASSWORD '$password';
SELECT 'CREATE DATABASE trackily OWNER trackily ENCODING ''UTF8'' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'trackily') \gexec
REVOKE ALL ON DATABASE trackily FROM PUBLIC;
\connect trackily
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
  put "$settings" DATABASE_URL "postgresql://trackily:$password@127.0.0.1:$cluster_port/trackily"
  put "$facts" database ours
  put "$facts" cluster_port "$cluster_port"
}

as_postgres() {
  logged runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -p "$cluster_port" -d postgres
}

# --- settings, service ---

make_user() {
  if ((dry_run)); then would "make the system user trackily, $state_dir and $settings_dir"; return; fi
  getent passwd trackily >/dev/null ||
    useradd --system --user-group --home-dir "$state_dir" --no-create-home --shell /usr/sbin/nologin trackily
  install -d -m 0700 -o trackily -g trackily "$state_dir"
  install -d -m 0700 "$settings_dir"
}

write_settings() {
  step "Writing $settings"
  if ((dry_run)); then return; fi
  umask 077
  touch "$settings" "$facts"
  put "$settings" PORT "$port"
  put_new "$settings" STATE_DIR "$state_dir"
  put "$settings" LICENSE_SERVER_URL "$server_url"
  if [[ -n $license_key ]]; then put "$settings" LICENSE_KEY "$license_key"; fi
  if ((memory_kb < 2000000)); then put_new "$settings" VISITOR_MEMORY_MB 96; fi
  if [[ -n $domain ]]; then
    put "$settings" PUBLIC_URL "https://$domain"
    put_new "$settings" TRUSTED_PROXIES '127.0.0.1/32,::1/128'
    put "$facts" domain "$domain"
  fi
  if [[ -z $(get "$facts" admin_made) ]]; then
    put_new "$settings" ADMIN_EMAIL "${email:-admin@example.com}"
    put_new "$settings" ADMIN_PASSWORD "$(random_password)"
  fi
  umask 022
}

# The service's files come from the release that is current.
install_service() {
  local files=$prefix/current/service
  install -m 0755 "$files/trackily.command" "$command_path"
  if ((has_systemd)); then
    install -m 0644 "$files/trackily.service" "$unit"
    systemctl daemon-reload
    logged systemctl enable trackily
  else
    install -m 0755 "$files/trackily.init" "$init_script"
    if command -v update-rc.d >/dev/null; then logged update-rc.d trackily defaults || true; fi
  fi
}

control() { if ((has_systemd)); then logged systemctl "$1" trackily; else logged "$init_script" "$1"; fi; }
runs() { if ((has_systemd)); then logged systemctl is-active trackily; else logged "$init_script" status; fi; }

make_current() {
  ln -sfn "releases/$1" "$prefix/current.new"
  mv -T "$prefix/current.new" "$prefix/current"
}

ready() {
  local deadline=$((SECONDS + 90)) dead=0
  until curl -fsS -m 3 -o /dev/null "http://127.0.0.1:$(get "$settings" PORT)/readyz" 2>/dev/null; do
    # systemd starts it again and again; what is down each time we look for 10 s will not get up.
    if runs; then dead=0; else dead=$((dead + 1)); fi
    ((SECONDS < deadline && dead < 10)) || return 1
    sleep 1
  done
  # Another program on that port could have answered.
  runs
}

show_service_log() {
  say "The end of the service's log:" >&2
  if ((has_systemd)); then
    journalctl -u trackily -n 20 --no-pager -o cat >&2 || true
  else
    tail -n 20 /var/log/trackily/trackily.log >&2 || true
  fi
}

# The first start, and every later run of the installer with the version that is there.
start() {
  if [[ -e $settings && $(cksum <"$settings") == "$settings_before" ]] && installed && runs; then
    say "    $product_name $version runs already"
    return
  fi
  step "Starting $product_name $version"
  if ((dry_run)); then would 'bring the database up to date and start the service'; return; fi
  make_current "$version"
  install_service
  if ! logged "$command_path" migrate; then
    tail -n 5 "$log" >&2
    fail 6 "the database could not be brought up to date; see $log"
  fi
  control restart || { show_service_log; fail 1 'the service does not start'; }
  ready || { show_service_log; fail 1 'the tracker did not get ready within 90 s'; }
}

# From the version that runs to $version. Its migrations leave the old version able to run, so going back is possible.
upgrade_running() {
  local old
  old=$(installed_version)
  step "Updating from $old to $version"
  if ((dry_run)); then would 'bring the database up to date and restart the service'; return; fi
  make_current "$version"
  if ! logged "$command_path" migrate; then
    make_current "$old"
    tail -n 5 "$log" >&2
    fail 6 "the database could not be brought up to date, $old runs on; see $log"
  fi
  install_service
  if control restart && ready; then
    remove_old_releases "$old"
    return
  fi
  show_service_log
  warn "$version does not run here; going back to $old"
  make_current "$old"
  install_service
  if control restart && ready; then fail 7 "$version did not run; $old is back and nothing was lost"; fi
  fail 1 "$old does not run either; see $log"
}

remove_old_releases() {
  local folder
  for folder in "$prefix"/releases/*; do
    [[ $folder == "$prefix/releases/$version" || $folder == "$prefix/releases/$1" ]] || rm -rf "$folder"
  done
}

# --- the web server in front ---

set_up_proxy() {
  [[ -n $domain ]] || return 0
  choose_proxy
  step "Serving https://$domain through $proxy"
  if ((dry_run)); then would "write the site for $proxy and get a certificate for $domain"; return; fi
  if [[ $proxy == caddy ]]; then site_of_caddy; else site_of_nginx; fi
  put "$facts" proxy "$proxy"
}

choose_proxy() {
  [[ -z $proxy ]] || return 0
  local offered
  offered=$(apt-cache policy caddy 2>/dev/null) || offered=''
  proxy=nginx
  if command -v nginx >/dev/null; then return 0; fi
  if command -v caddy >/dev/null || [[ $offered == *'Candidate: '[0-9]* ]]; then proxy=caddy; fi
}

site_of_caddy() {
  need caddy caddy
  {
    printf '%s {\n' "$domain"
    if [[ -n $email ]]; then printf '\ttls %s\n' "$email"; fi
    printf '\tencode zstd gzip\n\treverse_proxy 127.0.0.1:%s\n}\n' "$port"
  } >/etc/caddy/trackily.caddy
  grep -qxF 'import /etc/caddy/trackily.caddy' /etc/caddy/Caddyfile ||
    printf '\nimport /etc/caddy/trackily.caddy\n' >>/etc/caddy/Caddyfile
  logged caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile || fail 1 "Caddy refuses its site; see $log"
  reload_proxy caddy
}

site_of_nginx() {
  need nginx nginx-light
  need certbot certbot
  if ! dpkg-query -W python3-certbot-nginx >/dev/null 2>&1; then apt_install python3-certbot-nginx; fi
  # certbot adds the certificate's lines; a site that has them already is left alone.
  if ! grep -qs "ssl_certificate .*/$domain/" /etc/nginx/sites-available/trackily; then
    cat >/etc/nginx/sites-available/trackily <<SITE
server {
    listen 80;
    listen [::]:80;
    server_name $domain;
    client_max_body_size 64m;

    location / {
        proxy_pass http://127.0.0.1:$port;
        proxy_http_version 1.1;
        proxy_set_header Host \$host;
        proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto \$scheme;
        proxy_set_header Connection "";
        proxy_buffering off;
    }
}
SITE
  fi
  ln -sfn ../sites-available/trackily /etc/nginx/sites-enabled/trackily
  logged nginx -t || fail 1 "nginx refuses its site; see $log"
  reload_proxy nginx
  local contact=(--register-unsafely-without-email)
  if [[ -n $email ]]; then contact=(-m "$email"); fi
  logged certbot --nginx -n --agree-tos --redirect --keep-until-expiring -d "$domain" "${contact[@]}" ||
    warn "no certificate for $domain yet (does it lead to this server?); later: certbot --nginx -d $domain"
}

reload_proxy() {
  if ((has_systemd)); then
    if logged systemctl enable --now "$1" && logged systemctl reload "$1"; then return 0; fi
  elif [[ -x /etc/init.d/$1 ]] && logged "/etc/init.d/$1" restart; then
    return 0
  fi
  warn "$1 could not be started: start it yourself (see $log)"
}

# --- the end ---

check_activation() {
  [[ -n $(get "$settings" LICENSE_KEY) ]] || { say '    no licence key: the Starter plan applies'; return; }
  local status
  status=$("$command_path" license status 2>>"$log") || status='not known'
  say "    licence: ${status//$'\n'/$'\n'             }"
  [[ ${status%%$'\n'*} == *': active' || ${status%%$'\n'*} == *': overdue' ]] ||
    warn 'the licence is not active; the tracker runs all the same. Later: trackily license status'
}

show_result() {
  ((dry_run == 0)) || { say 'Nothing was changed.'; return; }
  local address password
  address=http://$(hostname -I 2>/dev/null | awk '{ print $1 }'):$(get "$settings" PORT)
  [[ -z $(get "$facts" domain) ]] || address=https://$(get "$facts" domain)
  say ''
  say "$product_name $version runs."
  say ''
  say "    $address/admin"
  password=$(get "$settings" ADMIN_PASSWORD)
  if [[ -n $password ]]; then
    say "    $(get "$settings" ADMIN_EMAIL)"
    say "    $password"
    say '    This password is shown once and must be changed at the first sign-in.'
    put "$settings" ADMIN_PASSWORD
    put "$facts" admin_made yes
  fi
  say ''
  say "    settings $settings, data $state_dir, commands: trackily --help"
}

# --- what to do ---

do_install() {
  port=${port:-$(get "$settings" PORT)}
  port=${port:-3000}
  domain=${domain:-$(get "$facts" domain)}
  proxy=${proxy:-$(get "$facts" proxy)}
  settings_before=
  if [[ -r $settings ]]; then settings_before=$(cksum <"$settings"); fi
  ((memory_kb >= least_memory_kb)) || fail 2 "1 GB of memory is needed; this system has $((memory_kb / 1024)) MB"
  check_room 400000
  need curl curl || fail 1 'curl is needed for the rest of the dry run'
  need openssl openssl || true
  need_file /etc/ssl/certs/ca-certificates.crt ca-certificates
  need_file /usr/share/zoneinfo/Etc/UTC tzdata
  check_license
  find_release
  check_ports
  local before=$version
  if installed; then before=$(installed_version); fi
  make_user
  unpack_release
  ((dry_run)) || install -m 0644 "$work/release-key.pub" "$trusted_key"
  write_settings
  set_up_database
  if [[ $before == "$version" ]]; then start; else upgrade_running; fi
  set_up_proxy
  ((dry_run)) || check_activation
  show_result
}

do_upgrade() {
  installed || fail 2 "$product_name is not installed here"
  do_install
}

do_uninstall() {
  step "Removing $product_name"
  if ((dry_run)); then
    would "stop the service and remove $prefix, $command_path, its unit and its site"
    ((purge == 0)) || would "delete $settings_dir, $state_dir and the database it made"
    show_result
    return
  fi
  if ((purge)) && installed; then
    logged "$command_path" license deactivate ||
      warn 'the licence was not given back; deactivate this server in the portal'
  fi
  control stop || true
  if ((has_systemd)); then logged systemctl disable trackily || true; fi
  rm -f "$unit" "$init_script" "$command_path"
  if command -v update-rc.d >/dev/null; then logged update-rc.d trackily remove || true; fi
  if ((has_systemd)); then systemctl daemon-reload; fi
  remove_site
  rm -rf "$prefix"
  if ((purge)); then
    purge_data
  else
    say "    settings stay in $settings_dir, data in $state_dir and in the database"
  fi
  say "$product_name is removed."
}

remove_site() {
  if [[ -e /etc/caddy/trackily.caddy ]]; then
    rm -f /etc/caddy/trackily.caddy
    sed -i '\#^import /etc/caddy/trackily.caddy$#d' /etc/caddy/Caddyfile
    if proxy_runs; then reload_proxy caddy; fi
  fi
  if [[ -e /etc/nginx/sites-enabled/trackily ]]; then
    rm -f /etc/nginx/sites-enabled/trackily /etc/nginx/sites-available/trackily
    if proxy_runs; then reload_proxy nginx; fi
  fi
}

purge_data() {
  if [[ $(get "$facts" database) == ours ]]; then
    cluster_port=$(get "$facts" cluster_port)
    # The logins that the tracker made for its tenants may connect to its database; roles outlive databases.
    as_postgres <<'SQL' || warn "the database trackily could not be dropped; see $log"
SELECT coalesce(string_agg(format('DROP ROLE %I;', r.rolname), ' '), '') AS tenants
  FROM pg_database d, aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee
 WHERE d.datname = 'trackily' AND r.rolname ~ '^[a-z]_[a-z2-7]{16}$' \gset
DROP DATABASE IF EXISTS trackily WITH (FORCE);
:tenants
DROP ROLE IF EXISTS trackily;
SQL
  else
    say '    the database of DATABASE_URL is yours and stays'
  fi
  rm -rf "$settings_dir" "$state_dir" /var/log/trackily
  if getent passwd trackily >/dev/null; then logged userdel trackily || true; fi
}

tidy() {
  rm -rf "$work"
  # Of an installation that was refused nothing stays, not even its folder.
  rmdir "$prefix" 2>/dev/null || true
}

main() {
  read_arguments "$@"
  # Nothing that is called may read what is left of this script.
  exec </dev/null
  # The service's user has to read what is installed, whatever root's own habit is.
  umask 022
  check_system
  if ((dry_run)); then
    work=$(mktemp -d)
    log=/dev/null
  else
    exec 9>/run/trackily-install.lock
    flock -n 9 || fail 1 'another installation is under way'
    (umask 077 && touch "$log")
    work=$prefix/.installing
    rm -rf "$work"
  fi
  trap tidy EXIT
  "do_$action"
}

main "$@"
