# shellcheck shell=bash
# The plugin's options, as the agent hands them over: BUILDKITE_PLUGIN_KITE_STS_<OPTION>, lists with _0, _1, …

# What their variables begin with, for whoever sources this and has others.
kite_options=BUILDKITE_PLUGIN_KITE_STS_

# kite_get OPTION [DEFAULT]
kite_get() {
  local name=$kite_options$1
  printf '%s' "${!name:-${2:-}}"
}

# kite_list OPTION: leaves a text as a list of one, or a list, in kite_items.
kite_list() {
  local name=$kite_options$1 index=0
  kite_items=()
  if [ -n "${!name+set}" ]; then kite_items=("${!name}"); fi
  name=${kite_options}${1}_0
  while [ -n "${!name+set}" ]; do
    kite_items+=("${!name}")
    index=$((index + 1))
    name=${kite_options}${1}_$index
  done
}

# kite_must OPTION VALUE PATTERN EXPECTED: the whole value is as the pattern says.
kite_must() {
  local LC_ALL=C pattern="^($3)\$"
  [[ $2 =~ $pattern ]] || kite_fail "The option $1 is \"$2\". Expected: $4."
}

kite_read_broker() {
  kite_broker=$(kite_get BROKER)
  kite_broker=${kite_broker%/}
  case $kite_broker in */token) kite_fail "The option broker is \"$kite_broker\". $kite_text_url_of_door" || return ;; esac
  kite_url_ok "$kite_broker" ||
    kite_fail "The option broker is \"$kite_broker\". Expected: the broker's https URL, as https://sts.example.com." || return
  # A token for the URL that is asked is worth nothing to the right broker, should that URL be wrong.
  kite_audience=$(kite_get AUDIENCE "$kite_broker")
  kite_must audience "$kite_audience" '[ -~]{1,512}' 'printable ASCII'
}

kite_read_token() {
  local claim
  kite_lifetime=$(kite_get OIDC_TOKEN_LIFETIME)
  kite_must oidc-token-lifetime "$kite_lifetime" '([1-9][0-9]{0,4})?' 'seconds' || return
  kite_subject_claim=$(kite_get SUBJECT_CLAIM)
  kite_must subject-claim "$kite_subject_claim" '[a-z_]{0,64}' 'the name of a claim, such as pipeline_id' || return
  kite_list CLAIMS
  kite_claims=(${kite_items[@]+"${kite_items[@]}"})
  for claim in ${kite_claims[@]+"${kite_claims[@]}"}; do
    kite_must claims "$claim" '[A-Za-z0-9_.:/-]{1,128}' 'names of claims, such as queue_key' || return
  done
}

# Whether two of the arguments are the same.
kite_repeated() {
  while [ $# -gt 1 ]; do
    case " ${*:2} " in *" $1 "*) return 0 ;; esac
    shift
  done
  return 1
}

kite_read_prefixes() {
  local prefix
  kite_list CREDENTIAL_NAME_PREFIX
  kite_prefixes=(${kite_items[@]+"${kite_items[@]}"})
  for prefix in ${kite_prefixes[@]+"${kite_prefixes[@]}"}; do
    kite_must credential-name-prefix "$prefix" '[A-Za-z_][A-Za-z0-9_]{0,63}' 'the beginning of a variable, such as WEB_' || return
  done
  if [ ${#kite_roles[@]} -eq 1 ] && [ ${#kite_prefixes[@]} -le 1 ]; then return 0; fi
  if [ ${#kite_roles[@]} -ne ${#kite_prefixes[@]} ] || kite_repeated "${kite_prefixes[@]}"; then
    kite_fail "Several roles would overwrite each other's variables. Give credential-name-prefix a list with one prefix for each of the ${#kite_roles[@]} roles, in their order and all different."
  fi
}

kite_read_roles() {
  local role
  kite_list ROLE
  kite_roles=(${kite_items[@]+"${kite_items[@]}"})
  [ ${#kite_roles[@]} -gt 0 ] || kite_fail 'The option role is missing. Expected: the name of a role, or a list of them.' || return
  for role in "${kite_roles[@]}"; do
    kite_must role "$role" '[a-z0-9-]{1,64}' "a role's name: small letters, digits and hyphens" || return
  done
  kite_read_prefixes
}

kite_read_switches() {
  kite_propagate=$(kite_get PROPAGATE_ENVIRONMENT false)
  kite_unredacted=$(kite_get ALLOW_UNREDACTED false)
  kite_must propagate-environment "$kite_propagate" 'true|false' 'true or false' &&
    kite_must allow-unredacted "$kite_unredacted" 'true|false' 'true or false'
}

kite_read_files() {
  kite_registry=$(kite_get REGISTRY)
  kite_must registry "$kite_registry" '([A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*)?' \
    'host/path, without https:// and without a slash at the end' || return
  [ -z "$kite_registry" ] || [ "$kite_mode" = files ] || kite_fail 'The option registry needs mode: files.' || return
  kite_npm_scope=$(kite_get NPM_SCOPE)
  kite_must npm-scope "$kite_npm_scope" '(@[a-z0-9-][a-z0-9._-]{0,212})?' 'a scope of npm, such as @acme' || return
  [ -z "$kite_npm_scope" ] || [ -n "$kite_registry" ] || kite_fail 'The option npm-scope needs registry.' || return
  kite_github_api=$(kite_get GITHUB_API https://api.github.com)
  kite_github_api=${kite_github_api%/}
  kite_url_ok "$kite_github_api" ||
    kite_fail "The option github-api is \"$kite_github_api\". Expected: the https URL of GitHub's API."
}

kite_read_session() {
  kite_mode=$(kite_get MODE env)
  kite_must mode "$kite_mode" 'env|files|container-credentials' 'env, files or container-credentials' || return
  kite_seconds=$(kite_get SESSION_DURATION)
  kite_must session-duration "$kite_seconds" '([1-9][0-9]{0,5})?' 'seconds' || return
  kite_timeout=$(kite_get TIMEOUT 20)
  kite_must timeout "$kite_timeout" '[1-9][0-9]{0,2}' 'seconds, at most 999'
}

# kite_read_options: leaves each in its variable, or says what is wrong with the first that is.
kite_read_options() {
  kite_read_broker && kite_read_token && kite_read_roles && kite_read_session && kite_read_files && kite_read_reach && kite_read_switches
}
