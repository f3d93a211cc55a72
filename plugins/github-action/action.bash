#!/usr/bin/env bash
# What the action runs in a job of GitHub Actions: an exchange by the bash of the Buildkite plugin, with a token
# that is GitHub's and results that go where its runner reads them.
# https://docs.github.com/en/actions/reference/security/oidc
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

# A trace would print every secret to the log.
{ set +x; } 2>/dev/null

kite_home=${BASH_SOURCE[0]%/*}/../kite-sts-buildkite-plugin/lib
# shellcheck source=../kite-sts-buildkite-plugin/lib/lists.bash
. "$kite_home/lists.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/log.bash
. "$kite_home/log.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/json.bash
. "$kite_home/json.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/http.bash
. "$kite_home/http.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/exchange.bash
. "$kite_home/exchange.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/refusal.bash
. "$kite_home/refusal.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/options.bash
. "$kite_home/options.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/folder.bash
. "$kite_home/folder.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/registry.bash
. "$kite_home/registry.bash"
# shellcheck source=../kite-sts-buildkite-plugin/lib/give.bash
. "$kite_home/give.bash"

# An input that is not given comes as an empty text, which for the plugin would be a value.
kite_options=INPUT_
for kite_input in "${!INPUT_@}"; do [ -n "${!kite_input}" ] || unset "$kite_input"; done

# kite_redact VALUE…: from this line on the runner masks each in the log of the whole job.
kite_redact() {
  local value
  for value; do printf '::add-mask::%s\n' "${value//%/%25}"; done
}

kite_github_form() {
  kite_target "$ACTIONS_ID_TOKEN_REQUEST_URL"
  kite_option header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN"
  printf 'get\n'
  kite_option data-urlencode "audience=$kite_audience"
}

kite_ask_github() {
  kite_request "$1" kite_github_form
}

# kite_mint: leaves a fresh subject token of this job in kite_token, masked in the log.
kite_mint() {
  local token='"value" *: *"([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)"'
  if [ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] || [ -z "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}" ]; then
    kite_fail "$kite_text_github_no_token"
    return
  fi
  kite_url_ok "${ACTIONS_ID_TOKEN_REQUEST_URL%%\?*}" ||
    kite_fail "ACTIONS_ID_TOKEN_REQUEST_URL $kite_text_door_refused" || return
  kite_persist kite_ask_github || return
  if [ "$kite_status" != 200 ] || ! [[ $kite_body =~ $token ]]; then
    kite_fail "GitHub gave no token for this job (${kite_status:-$(kite_trouble)})."
    return
  fi
  kite_token=${BASH_REMATCH[1]}
  kite_redact "$kite_token"
}

# Text as part of a query.
kite_percent() {
  local LC_ALL=C text=$1 at one
  for ((at = 0; at < ${#text}; at++)); do
    one=${text:at:1}
    case $one in [A-Za-z0-9._~-]) printf '%s' "$one" ;; *) printf '%%%02X' "'$one" ;; esac
  done
}

# kite_google_source: Google's libraries ask GitHub themselves, for a new token each time, as long as the job runs.
kite_google_source() {
  local url
  url=$ACTIONS_ID_TOKEN_REQUEST_URL
  case $url in *\?*) url+='&' ;; *) url+='?' ;; esac
  url+=audience=$(kite_percent "$kite_audience")
  kite_redact "$ACTIONS_ID_TOKEN_REQUEST_TOKEN"
  kite_source="{\"url\":$(kite_json "$url"),\"headers\":{\"Authorization\":$(kite_json "Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN")},\"format\":{\"type\":\"json\",\"subject_token_field_name\":\"value\"}}"
}

# kite_new_folder: leaves a new one in kite_folder, below the one that the runner empties when the job ends.
kite_new_folder() {
  kite_folder=$(umask 077 && mktemp -d "${RUNNER_TEMP:-/tmp}/kite-sts.XXXXXXXX") ||
    kite_fail 'No private folder could be made in RUNNER_TEMP.'
}

# A variable can be set for the steps to come but not removed, and boto fails on an AWS_PROFILE that is empty.
kite_unrivaled() {
  local name given=" ${kite_set_names[*]} "
  for name in ${kite_rivals[@]+"${kite_rivals[@]}"}; do
    case $given in *" $name "*) continue ;; esac
    [ -z "${!name+set}" ] ||
      kite_fail "$name is set for this job, and some tools would take it before this credential. Remove it, or set credential-name-prefix or export: false." || return
  done
}

# kite_append FILE NAME VALUE…: a line each. No value has a line end, so none can begin another name.
kite_append() {
  local file=$1
  shift
  printf '%s=%s\n' "$@" >>"$file" || kite_fail "The runner's file $file could not be written."
}

kite_give_variables() {
  local index
  kite_set_names=() kite_set_values=() kite_rivals=()
  case $kite_mode in
    env) kite_give_env ;;
    *) kite_new_folder && kite_give_files "$kite_role" ;;
  esac || return
  kite_no_rivals && kite_unrivaled || return
  for index in "${!kite_set_names[@]}"; do
    kite_append "$GITHUB_ENV" "${kite_set_names[index]}" "${kite_set_values[index]}" || return
  done
}

kite_give_outputs() {
  local index names=(aws-access-key-id aws-secret-access-key aws-session-token)
  [ "$kite_kind" = aws ] || names=(token)
  for index in "${!names[@]}"; do
    kite_append "$GITHUB_OUTPUT" "${names[index]}" "${kite_values[index]}" || return
  done
}

kite_read_inputs() {
  kite_read_broker && kite_read_roles && kite_read_session && kite_read_files || return
  kite_must mode "$kite_mode" 'env|files' 'env or files' || return
  kite_exports=$(kite_get EXPORT true)
  kite_must export "$kite_exports" 'true|false' 'true or false' || return
  [ "$kite_exports" = true ] || [ "$kite_mode" = env ] ||
    kite_fail 'mode: files sets variables for the steps that follow, so it needs export: true.' || return
  kite_role=${kite_roles[0]} kite_prefix=${kite_prefixes[0]:-}
}

# kite_act: everything. Returns 2 when the broker refused, 1 for any other failure.
kite_act() {
  local end
  kite_read_inputs || return
  kite_exchange "$kite_broker" "$kite_role" "$kite_seconds" && kite_redact_credential || return
  if [ "$kite_exports" = true ]; then kite_give_variables; else kite_give_outputs; fi || return
  end=${kite_values[${#kite_values[@]} - 1]}
  kite_append "$GITHUB_OUTPUT" kind "$kite_kind" expires-at "$end" || return
  kite_note "kite-sts: $kite_role until $end"
}

kite_act || {
  kite_result=$?
  echo '::error title=kite-sts::No credential was had. The log of this step says why.'
  exit "$kite_result"
}
