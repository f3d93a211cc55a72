# shellcheck shell=bash
# What only a Buildkite agent can do: mint a token for the job, and keep values out of the job's log.

kite_has_agent() {
  command -v buildkite-agent >/dev/null 2>&1
}

# kite_ready: can values be kept out of the log? Without the Job API a printed secret would stay in it.
kite_ready() {
  [ "$kite_unredacted" = false ] || return 0
  [ -S "${BUILDKITE_AGENT_JOB_API_SOCKET:-}" ] && [ -n "${BUILDKITE_AGENT_JOB_API_TOKEN:-}" ] && return 0
  kite_fail "The agent's Job API is not here (no socket BUILDKITE_AGENT_JOB_API_SOCKET), so secrets could not be redacted from the log. Agents on Windows before 2019 and containers that got the binary alone lack it. Run the plugin where the agent runs its hooks, or accept it with allow-unredacted: true."
}

# kite_list_claims: leaves in kite_wanted what is asked for: the job's own choice, what the agent would ask for by itself, and
# the ids by which a pipeline is switched off, whatever it is called by then. The subject's claim is in the token anyway.
kite_list_claims() {
  local claim rest=${BUILDKITE_OIDC_TOKEN_CLAIMS:-},organization_id,pipeline_id,
  kite_wanted=(${kite_claims[@]+"${kite_claims[@]}"})
  while [ -n "$rest" ]; do
    claim=${rest%%,*} rest=${rest#*,}
    claim=${claim// /}
    # Two spaces at the end: an empty name is there already.
    case " $kite_subject_claim ${kite_wanted[*]-}  " in *" $claim "*) ;; *) kite_wanted+=("$claim") ;; esac
  done
}

# kite_run_agent ARGUMENT…: in a shell of its own. Where the job chose no claims, the ids are asked for by variable: agents
# before 3.44 do not know it and give a token without them. What the job chose is an option, which they refuse.
kite_run_agent() {
  local claim
  if [ -n "${kite_claims[*]-}" ]; then
    unset BUILDKITE_OIDC_TOKEN_CLAIMS
    for claim in ${kite_wanted[@]+"${kite_wanted[@]}"}; do set -- "$@" --claim "$claim"; done
  else
    local IFS=,
    export BUILDKITE_OIDC_TOKEN_CLAIMS="${kite_wanted[*]-}"
  fi
  buildkite-agent "$@"
}

kite_mint_by_agent() {
  local arguments
  arguments=(oidc request-token --audience "$kite_audience")
  [ -z "$kite_lifetime" ] || arguments+=(--lifetime "$kite_lifetime")
  [ -z "$kite_subject_claim" ] || arguments+=(--subject-claim "$kite_subject_claim")
  # By variable and not by option: agents before 3.104 do not know the option, and do not redact.
  kite_token=$(BUILDKITE_AGENT_OIDC_REQUEST_TOKEN_SKIP_TOKEN_REDACTION=$kite_unredacted \
    kite_run_agent "${arguments[@]}")
}

# What the agent's own request has: only what is set, in its order.
kite_token_request() {
  local body claim list=''
  body="\"audience\":$(kite_json "$kite_audience")"
  [ -z "$kite_lifetime" ] || body+=",\"lifetime\":$kite_lifetime"
  for claim in ${kite_wanted[@]+"${kite_wanted[@]}"}; do list+=",$(kite_json "$claim")"; done
  [ -z "$list" ] || body+=",\"claims\":[${list#,}]"
  [ -z "$kite_subject_claim" ] || body+=",\"subject_claim\":$(kite_json "$kite_subject_claim")"
  printf '{%s}' "$body"
}

kite_agent_form() {
  kite_target "$1/jobs/$BUILDKITE_JOB_ID/oidc/tokens"
  kite_option header 'Content-Type: application/json'
  kite_option header "Authorization: Token $BUILDKITE_AGENT_ACCESS_TOKEN"
  kite_option data-raw "$(kite_token_request)"
}

kite_ask_agent_api() {
  kite_request "$2" kite_agent_form "$1"
}

kite_mint_by_curl() {
  local endpoint=${BUILDKITE_AGENT_ENDPOINT:-https://agent-edge.buildkite.com/v3}
  local token='"token" *: *"([A-Za-z0-9_.-]+)"' message='"message" *: *"([^"]*)"' said=''
  endpoint=${endpoint%/}
  kite_url_ok "$endpoint" || kite_fail "BUILDKITE_AGENT_ENDPOINT $kite_text_door_refused" || return
  if [ -z "${BUILDKITE_JOB_ID:-}" ] || [ -z "${BUILDKITE_AGENT_ACCESS_TOKEN:-}" ]; then
    kite_fail "$kite_text_agent_missing"
    return
  fi
  kite_persist kite_ask_agent_api "$endpoint" || return
  if [ "$kite_status" = 200 ] && [[ $kite_body =~ $token ]]; then
    kite_token=${BASH_REMATCH[1]}
    return
  fi
  if [[ $kite_body =~ $message ]]; then said=": ${BASH_REMATCH[1]}"; fi
  kite_fail "Buildkite gave no token for this job (${kite_status:-$(kite_trouble)}$said)."
}

# kite_mint: leaves a fresh subject token of this job in kite_token, redacted from the log.
kite_mint() {
  local jwt='^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'
  kite_token=''
  kite_list_claims
  if kite_has_agent; then
    kite_mint_by_agent || kite_fail 'buildkite-agent gave no token for this job; what it says stands above.'
  else
    kite_mint_by_curl
  fi || return
  [[ $kite_token =~ $jwt ]] || kite_fail 'What was minted for this job is not a JWT.' || return
  kite_redact "$kite_token"
}

# kite_google_source: where Google's libraries find a token of the job, which is kept new.
kite_google_source() {
  kite_mint && kite_write subject-token "$kite_token" || return
  kite_source="{\"file\":$(kite_json "$kite_path")}"
}

kite_redact_form() {
  kite_option unix-socket "$BUILDKITE_AGENT_JOB_API_SOCKET"
  kite_option url 'http://job/api/current-job/v0/redactions'
  kite_option noproxy '*'
  kite_option header 'Content-Type: application/json'
  kite_option header "Authorization: Bearer $BUILDKITE_AGENT_JOB_API_TOKEN"
  kite_option data-raw "{\"redact\":$(kite_json "$1")}"
}

kite_redact_by_curl() {
  local value
  for value; do
    kite_request 5 kite_redact_form "$value"
    case $kite_status in 2??) ;; *) return 1 ;; esac
  done
}

kite_redact_by_agent() {
  local value list=''
  for value; do list+=",\"${#list}\":$(kite_json "$value")"; done
  printf '{%s}' "${list#,}" | buildkite-agent redactor add --format json >/dev/null
}

# kite_redact VALUE…: before anything else is done with them. Each must be printable.
kite_redact() {
  [ "$kite_unredacted" = false ] || return 0
  if kite_has_agent; then kite_redact_by_agent "$@"; else kite_redact_by_curl "$@"; fi ||
    kite_fail 'The agent did not take a value to redact from the log (that needs agent 3.66 or later), so nothing was exported.'
}
