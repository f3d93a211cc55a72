bats_require_minimum_version 1.5.0
load job

# A PATH with all that the plugin may use, and no agent.
without_agent() {
  mkdir "$BATS_TEST_TMPDIR/bin"
  for name in bash env cat mktemp mkdir mv rm ln sleep date head tail grep base64 tr printenv ps; do
    ln -s "$(command -v "$name")" "$BATS_TEST_TMPDIR/bin/$name"
  done
  ln -s "$PLUGIN/tests/bin/curl" "$BATS_TEST_TMPDIR/bin/curl"
  PATH_BEFORE=$PATH
  PATH=$BATS_TEST_TMPDIR/bin
  export -p >"$ENVIRONMENT"
  PATH=$PATH_BEFORE
}

# Each secret was redacted, and nothing of it was in the log, or where a step could have had it, before.
redacts_first() {
  run -0 hook environment
  secrets=()
  secrets
  [ ${#secrets[@]} -eq 4 ]
  for secret in "${secrets[@]}"; do
    hides "$secret"
    [ "$(redactions "$secret")" -ge 1 ]
    run -1 grep -F "$secret" "$SEEN/before-redaction"
  done
}

@test "T54: a secret is redacted before the step could have it" {
  redacts_first
}

@test "T54: the token of a job is redacted, too, by an agent that does not do so itself" {
  export AGENT=103
  redacts_first
  [ "$(redactions "${secrets[0]}")" -eq 1 ]
}

@test "T54: without an agent each secret is redacted by the Job API" {
  without_agent
  redacts_first
  run -0 ask /job-api
  says 'POST /api/current-job/v0/redactions '
  says '"authorization":"Bearer job-api-token"'
}

@test "T54: an agent without a redactor keeps the secret from the step" {
  export AGENT=65
  run -1 hook environment
  says 'agent 3.66'
  run -1 has AWS_ACCESS_KEY_ID
}

@test "T54: no secret is in the log, in the arguments of a process, or in a file" {
  touch "$SEEN/processes"
  log=$(hook environment 2>&1)
  secrets=()
  secrets
  for secret in "${secrets[@]}"; do
    output=$log
    hides "$secret"
    run -1 grep -rF "$secret" "$TMPDIR" "$HOME" "$BUILDKITE_ENV_FILE" "$SEEN/arguments" "$SEEN/processes"
  done
  grep -q 'curl -q --config -' "$SEEN/processes"
}

# A shell of an agent that traces, from before the hook to behind it.
traced() {
  run -0 env -i bash -c '. "$1"; set -x; . "$2"; set +x; export -p >"$1"' - "$ENVIRONMENT" "$PLUGIN/hooks/environment"
  says '+ . '
}

@test "T54: a shell that traces prints no secret" {
  [ -e "$ENVIRONMENT" ] || export -p >"$ENVIRONMENT"
  traced
  log=$output
  secrets=()
  secrets
  for secret in "${secrets[@]}"; do
    output=$log
    hides "$secret"
  done
}

@test "T54: in files the secrets are in the private folder alone, and then nowhere" {
  option MODE files
  run -0 hook environment
  secret=$(step bash -c 'cat "$AWS_SHARED_CREDENTIALS_FILE"' | sed -n 's/^aws_secret_access_key = //p')
  [ "$(grep -rlF "$secret" "$BATS_TEST_TMPDIR" --exclude-dir=seen)" = "$(has AWS_SHARED_CREDENTIALS_FILE)" ]
  run -0 hook pre-exit
  run -1 grep -rF "$secret" "$BATS_TEST_TMPDIR" --exclude-dir=seen
}

@test "without the Job API nothing is minted, and the reason is said" {
  unset BUILDKITE_AGENT_JOB_API_SOCKET
  run -1 hook environment
  says "The agent's Job API is not here"
  says 'allow-unredacted: true'
  [ ! -s "$SEEN/minted" ]
}

@test "without the Job API it works when that is allowed" {
  unset BUILDKITE_AGENT_JOB_API_SOCKET
  option ALLOW_UNREDACTED true
  run -0 hook environment
  [[ $(has AWS_ACCESS_KEY_ID) == ASIA* ]]
  [ ! -s "$SEEN/redacted" ]
}

@test "an agent that cannot redact keeps the secret from the step" {
  export BUILDKITE_AGENT_JOB_API_TOKEN=of-another-job
  without_agent
  run -1 hook environment
  says 'did not take a value to redact'
  run -1 has AWS_ACCESS_KEY_ID
}

@test "the agent's endpoint may end in a slash, or be empty" {
  without_agent
  for endpoint in "$STAND/agent/" ''; do
    sed -i.old '/BUILDKITE_AGENT_ENDPOINT/d' "$ENVIRONMENT"
    echo "declare -x BUILDKITE_AGENT_ENDPOINT='$endpoint'" >>"$ENVIRONMENT"
    cp "$ENVIRONMENT" "$SEEN/environment"
    if [ -n "$endpoint" ]; then
      run -0 hook environment
      cp "$SEEN/environment" "$ENVIRONMENT"
    else
      # Buildkite's own, which a proxy that is not there keeps this test from.
      echo 'declare -x BUILDKITE_PLUGIN_KITE_STS_TIMEOUT=1 https_proxy=http://127.0.0.1:9' >>"$ENVIRONMENT"
      run -1 hook environment
      grep -qxF "url = \"https://agent-edge.buildkite.com/v3/jobs/$BUILDKITE_JOB_ID/oidc/tokens\"" "$SEEN/config"
    fi
  done
}

@test "without the binary curl mints by the agent API, with the request of the real agent" {
  export BUILDKITE_AGENT_ENDPOINT=$STAND/agent
  option OIDC_TOKEN_LIFETIME 60
  options CLAIMS queue_key pipeline_id
  option SUBJECT_CLAIM pipeline_id
  without_agent
  run -0 hook environment
  [[ $(has AWS_ACCESS_KEY_ID) == ASIA* ]]
  run -0 ask /agent
  says "POST /agent/jobs/$BUILDKITE_JOB_ID/oidc/tokens "
  says '"authorization":"Token agent-access-token"'
  says '"content-type":"application/json"'
  says " {\"audience\":\"$AUDIENCE\",\"lifetime\":60,\"claims\":[\"queue_key\",\"pipeline_id\",\"organization_id\"],\"subject_claim\":\"pipeline_id\"}"
}

@test "T94: every token has the ids by which operators switch off, beside what the agent's variable says" {
  export BUILDKITE_AGENT_ENDPOINT=$STAND/agent BUILDKITE_OIDC_TOKEN_CLAIMS='queue_key, build_id'
  run -0 hook environment
  run -0 ask /agent
  says '"claims":["queue_key","build_id","organization_id","pipeline_id"]'
  rm -f "$ENVIRONMENT"
  options CLAIMS build_id cluster_id
  run -0 hook environment
  run -0 ask /agent
  says '"claims":["build_id","cluster_id","queue_key","organization_id","pipeline_id"]'
  rm -f "$ENVIRONMENT"
  without_agent
  run -0 hook environment
  [ "$(curl -sf "$STAND/seen/agent" | grep -c '"claims":\["build_id","cluster_id","queue_key","organization_id","pipeline_id"\]')" = 2 ]
}

@test "what Buildkite says against a token is passed on" {
  option OIDC_TOKEN_LIFETIME 14400
  without_agent
  run -1 hook environment
  says '422: Requested lifetime too high (requested: 14400 max: 7200)'
}

@test "without the binary and its variables the reason is said" {
  unset BUILDKITE_AGENT_ACCESS_TOKEN
  without_agent
  run -1 hook environment
  says BUILDKITE_AGENT_ACCESS_TOKEN
}

@test "an agent that gives no token fails the hook" {
  option AUDIENCE 'a"b'
  run -1 hook environment
  says 'not a JWT'
}

@test "an agent that does not know an option fails the hook" {
  export AGENT=120
  option SUBJECT_CLAIM pipeline_id
  run -1 hook environment
  says 'flag provided but not defined: -subject-claim'
  says 'buildkite-agent gave no token'
}
