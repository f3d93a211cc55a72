# shellcheck shell=bash
# A credential into the step, by mode. Nothing is exported before everything was had and redacted.

# kite_set NAME VALUE: exported at the end, with the prefix of the role.
kite_set() {
  kite_set_names+=("$kite_prefix$1")
  kite_set_values+=("$2")
}

# kite_keep NAME FILE TEXT: writes a private file, and sets the variable to its path.
kite_keep() {
  kite_write "$2" "$3" && kite_set "$1" "$kite_path"
}

# What tools would take before our credential, or in its place, is removed: a step must not act as the agent's instance
# while its author believes it to act as the role. With a prefix the step itself says when to use the credential, and
# the others stay.
kite_no_rivals() {
  local name
  [ -z "$kite_prefix" ] || return 0
  for name in $(kite_list_rivals "$kite_kind"); do kite_rivals+=("$name"); done
}

kite_give_env() {
  local name index=0
  for name in $(kite_names "$kite_kind"); do
    # EXPIRES_AT says nothing of whose it is, so it is told in the log alone.
    [ "$name" = EXPIRES_AT ] || kite_set "$name" "${kite_values[index]}"
    index=$((index + 1))
  done
}

kite_aws_profile() {
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n' "$@"
}

# Google's libraries trade the job's token themselves, at our broker; gcloud takes the access token.
kite_google() {
  printf '{"type":"external_account","audience":%s,"subject_token_type":"%s","token_url":%s,"credential_source":%s}' \
    "$(kite_json "$1")" urn:ietf:params:oauth:token-type:jwt "$(kite_json "$kite_broker/token")" "$2"
}

# Whoever sources this provides kite_google_source, which leaves in kite_source where a token of the job is, as JSON.
kite_files_gcp() {
  kite_keep CLOUDSDK_AUTH_ACCESS_TOKEN_FILE access-token "${kite_values[0]}" || return
  kite_google_source || return
  kite_keep GOOGLE_APPLICATION_CREDENTIALS google.json "$(kite_google "$1" "$kite_source")"
}

# A file's own syntax must not be met in a value: not its quotes, its spaces, its line ends, its variables.
kite_plain() {
  local LC_ALL=C value safe='^[A-Za-z0-9._~+/:=-]+$'
  for value in "${kite_values[@]}"; do
    [[ $value =~ $safe ]] || kite_fail 'The credential has characters that a file could not hold.' || return
  done
}

kite_files_aws() {
  kite_keep AWS_SHARED_CREDENTIALS_FILE aws-credentials "$(kite_aws_profile "${kite_values[@]:0:3}")"$'\n' &&
    kite_keep AWS_CONFIG_FILE aws-config ''
}

kite_give_files() {
  kite_plain || return
  case $kite_kind in
    aws) kite_files_aws ;;
    gcp) kite_files_gcp "$1" ;;
    *) kite_keep KITE_STS_TOKEN_FILE token "${kite_values[0]}" ;;
  esac || return
  [ -z "$kite_registry" ] || kite_files_registry "$1"
}

# The SDK asks the broker itself, with a token of its own; the exchange before it was to see a refusal here
# and not in the SDK, which does not show one.
kite_give_container() {
  [ "$kite_kind" = aws ] || kite_fail "The role $1 is not of the kind aws but $kite_kind, and container-credentials are for aws alone." || return
  kite_mint || return
  kite_set AWS_CONTAINER_CREDENTIALS_FULL_URI "$kite_broker/credentials/$1"
  kite_keep AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE subject-token "$kite_token" &&
    kite_keep AWS_SHARED_CREDENTIALS_FILE aws-credentials '' &&
    kite_keep AWS_CONFIG_FILE aws-config '' || return
  # What fails here must not end in the machine's own role.
  kite_set AWS_EC2_METADATA_DISABLED true
}

# Every value but the last, which is when the credential ends.
kite_redact_credential() {
  local last=$((${#kite_values[@]} - 1))
  kite_redact "${kite_values[@]:0:last}"
}

kite_give_by_mode() {
  if [ "$kite_kind" = github ] || [ "$kite_mode" != env ]; then kite_new_folder || return; fi
  if [ "$kite_kind" = github ]; then kite_revocable || return; fi
  case $kite_mode in
    env) kite_give_env ;;
    files) kite_give_files "$1" ;;
    *) kite_give_container "$1" ;;
  esac
}

# kite_give ROLE PREFIX: has a credential of the role, and puts what the step will see into kite_set_names
# and kite_set_values. Returns 2 when the broker refused, 1 for any other failure.
kite_give() {
  local first=${#kite_set_names[@]}
  kite_prefix=$2
  [ "${BUILDKITE:-}" != true ] || printf '~~~ :key: kite-sts %s\n' "$1" >&2
  kite_exchange "$kite_broker" "$1" "$kite_seconds" && kite_redact_credential || return
  kite_give_by_mode "$1" && kite_no_rivals || return
  if [ "$kite_mode" != env ]; then
    kite_kept_roles+=("$1") kite_kept_folders+=("$kite_folder") kite_kept_ends+=("${kite_values[${#kite_values[@]} - 1]}")
  fi
  kite_note "kite-sts: $1 until ${kite_values[${#kite_values[@]} - 1]}: ${kite_set_names[*]:first}"
}

# The Docker plugins hand on what this file names; a name without a value is taken from the environment.
kite_export_names() {
  local name
  for name in "${kite_set_names[@]}"; do
    # A container has programs of its own.
    [ "$name" != PATH ] || continue
    grep -qxF "$name" "$BUILDKITE_ENV_FILE" || printf '%s\n' "$name" >>"$BUILDKITE_ENV_FILE" || return
  done
}

kite_export() {
  local index
  unset ${kite_rivals[@]+"${kite_rivals[@]}"}
  for index in "${!kite_set_names[@]}"; do
    export "${kite_set_names[index]}=${kite_set_values[index]}"
  done
  [ "$kite_propagate" = false ] || kite_export_names || return
  kite_start_keepers
}
