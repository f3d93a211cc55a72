bats_require_minimum_version 1.5.0
load job

# All that a kind's tools may read in place of what is given, as it stands in other people's pipelines.
rivals() {
  case $1 in
    aws) echo AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE \
      AWS_ROLE_SESSION_NAME AWS_CREDENTIAL_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
      AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN \
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN ;;
    gcp) echo GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CREDENTIALS GOOGLE_CLOUD_KEYFILE_JSON GCLOUD_KEYFILE_JSON \
      GOOGLE_OAUTH_ACCESS_TOKEN GOOGLE_IMPERSONATE_SERVICE_ACCOUNT CLOUDSDK_AUTH_ACCESS_TOKEN \
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE ;;
    azure) echo AZURE_ACCESS_TOKEN AZURE_CLIENT_SECRET AZURE_FEDERATED_TOKEN_FILE ARM_CLIENT_SECRET ARM_OIDC_TOKEN ;;
    github) echo GITHUB_TOKEN GH_TOKEN GH_ENTERPRISE_TOKEN GITHUB_ENTERPRISE_TOKEN ;;
    buildkite) echo BUILDKITE_API_TOKEN ;;
    jwt) echo ACCESS_TOKEN ;;
  esac
}

KINDS='aws gcp azure github buildkite jwt'

# given KIND MODE: a step of a role of this kind, in whose environment everything else of that kind was left over.
given() {
  local name
  rm -f "$ENVIRONMENT"
  for name in $(rivals "$1"); do export "$name=left-over"; done
  stand "$1"
  option MODE "$2"
  redacted=$(redactions "token-of-$1")
  run -0 hook environment
  for name in $(rivals "$1"); do unset "$name"; done
}

# For a kind that is one token: redacted, in no line of the log, and in its file with no byte more.
has_token() {
  [ "$(redactions "token-of-$1")" -gt "$redacted" ]
  hides "token-of-$1"
  if [ "$2" = env ]; then return; fi
  is_value "$(has "$3")" "token-of-$1"
}

@test "T54: of each kind, in each mode, the secret is redacted, files have no byte more, and nothing is left beside" {
  for mode in env files; do
    for kind in $KINDS; do
      given "$kind" "$mode"
      case $kind in
        aws) ;;
        gcp) has_token gcp "$mode" CLOUDSDK_AUTH_ACCESS_TOKEN_FILE ;;
        *) has_token "$kind" "$mode" KITE_STS_TOKEN_FILE ;;
      esac
      run -1 grep left-over "$ENVIRONMENT"
    done
  done
  given aws container-credentials
  is_value "$(has AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)" "$(tail -n 1 "$SEEN/minted")"
  run -1 grep left-over "$ENVIRONMENT"
}

@test "with a prefix everything else stays" {
  option CREDENTIAL_NAME_PREFIX WEB_
  for kind in aws gcp; do
    given "$kind" env
    for name in $(rivals "$kind"); do [ "$(has "$name")" = left-over ]; done
  done
}

@test "only AWS has clients that ask a container's door" {
  for kind in gcp jwt; do
    rm -f "$ENVIRONMENT"
    stand "$kind"
    option MODE container-credentials
    run -1 hook environment
    says "of the kind aws but $kind"
  done
}
