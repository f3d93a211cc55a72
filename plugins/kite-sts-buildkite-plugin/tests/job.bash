# shellcheck shell=bash
# A job as the agent runs it. From outside come BROKER (a local broker with the issuer of its jobs), AUDIENCE
# (what that broker takes tokens for), STAND (a server that answers by the path) and JOB_API (a socket).

PLUGIN=$(cd "$BATS_TEST_DIRNAME/.." && pwd)

setup() {
  REAL_CURL=$(command -v curl) REAL_SLEEP=$(command -v sleep) REAL_DATE=$(command -v date)
  SEEN=$BATS_TEST_TMPDIR/seen
  TMPDIR=$BATS_TEST_TMPDIR/tmp
  HOME=$BATS_TEST_TMPDIR/home
  ENVIRONMENT=$BATS_TEST_TMPDIR/environment
  mkdir "$SEEN" "$TMPDIR" "$HOME"
  touch "$SEEN"/{minted,redacted,arguments,config,before-redaction} "$BATS_TEST_TMPDIR/env-file"
  PATH=$PLUGIN/tests/bin:$PATH
  export SEEN REAL_CURL REAL_SLEEP REAL_DATE TMPDIR HOME PATH
  export BUILDKITE=true BUILDKITE_JOB_ID="job-$BATS_TEST_NUMBER" BUILDKITE_AGENT_ACCESS_TOKEN=agent-access-token
  export BUILDKITE_AGENT_ENDPOINT=$STAND/agent BUILDKITE_ENV_FILE=$BATS_TEST_TMPDIR/env-file
  export BUILDKITE_AGENT_JOB_API_SOCKET=$JOB_API BUILDKITE_AGENT_JOB_API_TOKEN=job-api-token
  option BROKER "$BROKER"
  option AUDIENCE "$AUDIENCE"
  option ROLE deploy
}

# What keeps files new ends with the job, also where a test has no pre-exit.
teardown() {
  local pid
  for pid in "$TMPDIR"/kite-sts-*/keeper.pid; do
    if [ -f "$pid" ]; then kill -9 -- "-$(cat "$pid")" 2>/dev/null || true; fi
  done
}

# option NAME VALUE: as the agent hands over the plugin's configuration.
option() {
  export "BUILDKITE_PLUGIN_KITE_STS_$1=$2"
}

# options NAME VALUE…: a list.
options() {
  local name=$1 index=0 value
  unset "BUILDKITE_PLUGIN_KITE_STS_$name"
  shift
  for value; do
    option "${name}_$index" "$value"
    index=$((index + 1))
  done
}

# stand NAME: the broker is the stand-in that answers so.
stand() {
  option BROKER "$STAND/$1"
}

# hook NAME: sourced by a shell of its own, whose exports the next hook and the step get, as by the agent.
hook() {
  local result=0
  [ -e "$ENVIRONMENT" ] || export -p >"$ENVIRONMENT"
  env -i bash -c '. "$1"; . "$2"; status=$?; export -p >"$1.after"; exit "$status"' \
    - "$ENVIRONMENT" "$PLUGIN/hooks/$1" || result=$?
  mv "$ENVIRONMENT.after" "$ENVIRONMENT"
  return "$result"
}

# step COMMAND…: with what the hooks exported.
step() {
  env -i bash -c '. "$1"; shift; "$@"' - "$ENVIRONMENT" "$@"
}

# has NAME: the value of a variable in the step; fails without one.
has() {
  step printenv "$1"
}

# minted: every token of this job, as the issuer gave them.
minted() {
  ask "/minted/$BUILDKITE_JOB_ID"
}

# secrets: leaves every secret of the job in the array of that name. What is under test has no say in what they are.
secrets() {
  local name token
  secrets=()
  while read -r token; do secrets+=("$token"); done < <(minted)
  [ ${#secrets[@]} -gt 0 ] || return
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; do secrets+=("$(has "$name")") || return; done
}

# is_value FILE TEXT: it has these bytes and no other: a line end is part of a value to most who read one.
is_value() {
  [ -n "$2" ] && cmp "$1" <(printf '%s' "$2")
}

# redactions TEXT: how often the Job API was told to redact just this.
redactions() {
  ask /job-api | grep -cF "{\"redact\":\"$1\"}" || true
}

# says TEXT: it is in what `run` of bats printed, which it leaves in output.
# shellcheck disable=SC2154
says() {
  [[ $output == *"$1"* ]] || { printf 'not said: %s\nbut:\n%s\n' "$1" "$output" && return 1; }
}

# hides TEXT: it is not, and there is something to hide.
hides() {
  [ -n "$1" ] || return 1
  [[ $output != *"$1"* ]] || { printf 'was said: %s\n' "$1" && return 1; }
}

# folders: the private folders that are there.
folders() {
  find "$TMPDIR" -mindepth 1 -maxdepth 1
}

# ask PATH: what the stand-in was asked there: method, headers, body, one request a line.
ask() {
  "$REAL_CURL" -sS --noproxy '*' "$STAND/seen$1"
}
