bats_require_minimum_version 1.5.0
load job

@test "a step gets the session of its role in the variables of AWS" {
  run -0 hook environment
  [[ $(has AWS_ACCESS_KEY_ID) == ASIA* ]]
  [ -n "$(has AWS_SECRET_ACCESS_KEY)" ] && [ -n "$(has AWS_SESSION_TOKEN)" ]
  [[ $(has AWS_CREDENTIAL_EXPIRATION) == 20??-*Z ]]
  says "deploy until $(has AWS_CREDENTIAL_EXPIRATION): AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
}

@test "a step gets a token of ours, and no variable that says nothing of whose it is" {
  option ROLE publish
  run -0 hook environment
  [[ $(has ACCESS_TOKEN) == ey*.*.* ]]
  run -1 has EXPIRES_AT
}

@test "a prefix stands before each variable, and the step's own credentials stay" {
  export AWS_ACCESS_KEY_ID=AKIAOWN AWS_PROFILE=own
  option CREDENTIAL_NAME_PREFIX WEB_
  run -0 hook environment
  [[ $(has WEB_AWS_ACCESS_KEY_ID) == ASIA* ]]
  [ "$(has AWS_ACCESS_KEY_ID) $(has AWS_PROFILE)" = 'AKIAOWN own' ]
}

@test "two roles with two prefixes do not overwrite each other" {
  options ROLE deploy deploy
  options CREDENTIAL_NAME_PREFIX ONE_ TWO_
  run -0 hook environment
  [[ $(has ONE_AWS_ACCESS_KEY_ID) == ASIA* && $(has TWO_AWS_ACCESS_KEY_ID) == ASIA* ]]
  [ "$(has ONE_AWS_SESSION_TOKEN)" != "$(has TWO_AWS_SESSION_TOKEN)" ]
  run -1 has AWS_ACCESS_KEY_ID
}

@test "of two roles nothing is exported when the second is refused" {
  options ROLE deploy release
  options CREDENTIAL_NAME_PREFIX ONE_ TWO_
  run -2 hook environment
  run -1 has ONE_AWS_ACCESS_KEY_ID
}

@test "two roles without two prefixes are refused before anything is minted" {
  options ROLE deploy publish
  for prefixes in '' 'ONE_' 'ONE_ ONE_' 'ONE_ TWO_ THREE_'; do
    unset "${!BUILDKITE_PLUGIN_KITE_STS_CREDENTIAL@}"
    # shellcheck disable=SC2086
    options CREDENTIAL_NAME_PREFIX $prefixes
    rm -f "$ENVIRONMENT"
    run -1 hook environment
    says 'credential-name-prefix'
  done
  [ ! -s "$SEEN/minted" ]
}

@test "a rerun of the hook mints a token of its own" {
  run -0 hook environment
  first=$(has AWS_SESSION_TOKEN)
  run -0 hook environment
  [ "$(has AWS_SESSION_TOKEN)" != "$first" ]
  [ "$(sort -u "$SEEN/minted" | wc -l)" -eq 2 ]
}

@test "the hook that the option names does the work, and the other nothing" {
  option HOOK pre-command
  run -0 hook environment
  [ ! -s "$SEEN/minted" ]
  run -0 hook pre-command
  [[ $(has AWS_ACCESS_KEY_ID) == ASIA* ]]
}

@test "containers are handed the names of the variables, once, and no values" {
  option PROPAGATE_ENVIRONMENT true
  option CREDENTIAL_NAME_PREFIX WEB_
  echo 'BUILDKITE_BRANCH="main"' >"$BUILDKITE_ENV_FILE"
  run -0 hook environment
  run -0 hook environment
  diff "$BUILDKITE_ENV_FILE" - <<<'BUILDKITE_BRANCH="main"
WEB_AWS_ACCESS_KEY_ID
WEB_AWS_SECRET_ACCESS_KEY
WEB_AWS_SESSION_TOKEN
WEB_AWS_CREDENTIAL_EXPIRATION'
}

@test "containers that could be handed nothing fail the hook" {
  option PROPAGATE_ENVIRONMENT true
  unset BUILDKITE_ENV_FILE
  run -1 hook environment
  says BUILDKITE_ENV_FILE
  [ ! -s "$SEEN/minted" ]
}

@test "T54: values are taken as they stand, with spaces and all that a shell would evaluate" {
  stand odd
  run -0 hook environment
  diff <(has AWS_SECRET_ACCESS_KEY) - <<<'$(touch "$HOME/pwned") `id` "a" '\''b'\'' \n & * ; ${HOME} %s'
  diff <(has AWS_SESSION_TOKEN) - <<<'  spaced = twice  '
  [ -z "$(ls "$HOME")" ]
}

@test "a line that is none of its kind is no variable" {
  stand odd
  run -0 hook environment
  for name in LD_PRELOAD GITHUB_TOKEN BASH_ENV EVIL; do run -1 has "$name"; done
}

@test "every kind has its own variables" {
  for kind in gcp:CLOUDSDK_AUTH_ACCESS_TOKEN gcp:GOOGLE_OAUTH_ACCESS_TOKEN azure:AZURE_ACCESS_TOKEN \
    github:GITHUB_TOKEN github:GH_TOKEN buildkite:BUILDKITE_API_TOKEN; do
    stand "${kind%:*}"
    rm -f "$ENVIRONMENT"
    run -0 hook environment
    [ "$(has "${kind#*:}")" = "token-of-${kind%:*}" ]
  done
}

@test "what the options ask for reaches the issuer and the broker" {
  export BUILDKITE_AGENT_ENDPOINT=$STAND/agent
  stand asked
  option OIDC_TOKEN_LIFETIME 60
  option SESSION_DURATION 900
  options CLAIMS queue_key agent_tag:os
  option SUBJECT_CLAIM pipeline_id
  run -0 hook environment
  run -0 ask /agent
  says "{\"audience\":\"$AUDIENCE\",\"lifetime\":60,\"subject_claim\":\"pipeline_id\",\"claims\":[\"queue_key\",\"agent_tag:os\",\"organization_id\"]}"
  run -0 ask /asked
  says 'audience=deploy&expires_in=900&subject_token=ey'
}

@test "the token is minted for the broker's own URL when no audience is given" {
  export BUILDKITE_AGENT_ENDPOINT=$STAND/agent
  unset BUILDKITE_PLUGIN_KITE_STS_AUDIENCE
  stand own/
  run -0 hook environment
  run -0 ask /agent
  says "{\"audience\":\"$STAND/own\",\"claims\":[\"organization_id\",\"pipeline_id\"]}"
}

@test "a strict shell takes the hooks, and a hook leaves its strictness as it was" {
  export -p >"$ENVIRONMENT"
  for strict in -euo +euo; do
    run -0 env -i bash "$strict" pipefail -c '. "$1"; before=$-; . "$2"; . "$3"; [ "$-" = "$before" ]' \
      - "$ENVIRONMENT" "$PLUGIN/hooks/environment" "$PLUGIN/hooks/pre-exit"
  done
}
