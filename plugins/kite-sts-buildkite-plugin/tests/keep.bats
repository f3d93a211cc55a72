bats_require_minimum_version 1.5.0
load job

# kept MODE: the hook has run, and the test is the clock of what keeps its files new.
kept() {
  mkfifo "$SEEN/tick" "$SEEN/asleep"
  option MODE "$1"
  run -0 hook environment
  read -r _ <"$SEEN/asleep"
}

# wakes SECONDS: so long after the hook, it looks at what is due.
wakes() {
  printf '%s' "$1" >"$SEEN/later"
  echo >"$SEEN/tick"
}

# later SECONDS: the same, and what was due is done.
later() {
  wakes "$1"
  read -r _ <"$SEEN/asleep"
}

# gone PID: it ends, in the ten seconds that this waits at most.
gone() {
  for _ in {1..200}; do
    ps -o stat= -p "$1" | grep -qv Z || return 0
    "$REAL_SLEEP" 0.05
  done
  return 1
}

pid() { cat "$TMPDIR"/kite-sts-*/keeper.pid; }

@test "a job of 70 minutes has a good token at every moment, and an SDK that asks then gets keys" {
  kept container-credentials
  file=$(has AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)
  first=$(cat "$file")
  later 190
  is_value "$file" "$first"
  for second in 210 420 4200; do
    later "$second"
    is_value "$file" "$(tail -n 1 "$SEEN/minted")"
  done
  [ "$(cat "$file")" != "$first" ] && [ "$(wc -l <"$SEEN/minted")" -eq 5 ]
  run -0 step "$NODE" "$SDK/keys.ts"
  says ASIA
  # Each was redacted before it was there.
  while read -r token; do [ "$(redactions "$token")" -ge 1 ]; done < <(minted)
  run -1 grep -F "$(tail -n 1 "$SEEN/minted")" "$SEEN/before-redaction"
}

@test "a token lives as long as was asked for" {
  option OIDC_TOKEN_LIFETIME 150
  kept container-credentials
  later 90
  [ "$(wc -l <"$SEEN/minted")" -eq 2 ]
  later 110
  [ "$(wc -l <"$SEEN/minted")" -eq 3 ]
}

@test "the files of a credential are new when a third of its life is left" {
  stand renewed
  kept files
  token=$(has CLOUDSDK_AUTH_ACCESS_TOKEN_FILE)
  source=$(sed 's/.*"file":"\([^"]*\)".*/\1/' "$(has GOOGLE_APPLICATION_CREDENTIALS)")
  before=$(cat "$token") subject=$(cat "$source")
  later 210
  is_value "$token" "$before"
  [ "$(cat "$source")" != "$subject" ]
  later 2500
  [ "$(cat "$token")" != "$before" ]
  is_value "$token" "$(cat "$token")"
  [ "$(redactions "$(cat "$token")")" -ge 1 ]
  is_value "$source" "$(tail -n 1 "$SEEN/minted")"
}

@test "a registry's files have the new password alone" {
  option ROLE publish
  option REGISTRY packages.test.example/npm
  printf 'color=false\n' >"$HOME/.npmrc"
  kept files
  before=$(cat "$(has KITE_STS_TOKEN_FILE)")
  later 2500
  token=$(cat "$(has KITE_STS_TOKEN_FILE)")
  [ "$token" != "$before" ]
  diff "$(has NPM_CONFIG_USERCONFIG)" - <<<"color=false
registry=https://packages.test.example/npm/
//packages.test.example/npm/:_authToken=$token"
  [ "$(grep -c index-url "$(has PIP_CONFIG_FILE)")" -eq 1 ] && grep -qF "$token" "$(has PIP_CONFIG_FILE)"
  basic=$(printf 'buildkite:%s' "$token" | base64 | tr -d '\n')
  grep -qF "$basic" "$(has DOCKER_CONFIG)/config.json"
  [ "$(redactions "$basic")" -eq 1 ]
}

@test "AWS's file, too" {
  kept files
  before=$(cat "$(has AWS_SHARED_CREDENTIALS_FILE)")
  later 2500
  [ "$(cat "$(has AWS_SHARED_CREDENTIALS_FILE)")" != "$before" ]
  run -0 step "$NODE" "$SDK/keys.ts"
  says ASIA
}

@test "what a broker refuses meanwhile is not asked again, and is told when the job ends" {
  stand struck
  kept files
  before=$(cat "$(has KITE_STS_TOKEN_FILE)")
  pid=$(pid)
  wakes 2500
  gone "$pid"
  is_value "$(has KITE_STS_TOKEN_FILE)" "$before"
  run -0 hook pre-exit
  says 'code      role_switched_off'
  says 'the files of this job were to be renewed'
}

@test "what fails is tried again in a minute, with the old file in its place" {
  stand broken
  kept files
  before=$(cat "$(has KITE_STS_TOKEN_FILE)")
  asked=$(ask /broken | wc -l)
  later 2500
  later 2530
  [ "$(ask /broken | wc -l)" -eq $((asked + 1)) ]
  is_value "$(has KITE_STS_TOKEN_FILE)" "$before"
  later 2600
  [ "$(ask /broken | wc -l)" -eq $((asked + 2)) ]
}

@test "a GitHub token that was followed by another is given back, too" {
  stand renewed-github
  option GITHUB_API "$STAND/api"
  kept files
  later 2500
  run -0 hook pre-exit
  run -0 ask /api
  [ "${#lines[@]}" -eq 2 ]
}

@test "whoever waits for the end of the hook's streams is not held up" {
  option MODE files
  export -p >"$ENVIRONMENT"
  waited=$(env -i bash -c '. "$1"; . "$2" >&2 && echo done' - "$ENVIRONMENT" "$PLUGIN/hooks/environment" 2>&1 | tail -n 1)
  [ "$waited" = 'done' ]
  kill -0 "$(pid)"
}

@test "pre-exit ends it, and leaves nothing" {
  kept container-credentials
  pid=$(pid)
  kill -0 "$pid"
  run -0 hook pre-exit
  gone "$pid"
  [ -z "$(folders)" ]
}

@test "without pre-exit it ends when the folder is gone" {
  kept container-credentials
  pid=$(pid)
  rm -r "$(folders)"
  wakes 0
  gone "$pid"
  [ -z "$(folders)" ]
}

@test "what ends the hook's terminal or group does not end it" {
  kept container-credentials
  pid=$(pid)
  [ "$(ps -o pgid= -p "$pid" | tr -d ' ')" = "$pid" ]
  kill -HUP "$pid"
  "$REAL_SLEEP" 0.1
  ps -o stat= -p "$pid" | grep -qv Z
  later 210
  [ "$(wc -l <"$SEEN/minted")" -eq 3 ]
}

@test "variables cannot be kept new, so nothing is started for them" {
  mkfifo "$SEEN/tick"
  run -0 hook environment
  [ -z "$(folders)" ]
}
