bats_require_minimum_version 1.5.0
load job

@test "a refusal names the role, the code, the decision, the contact, the claims and the page" {
  option ROLE release
  run -2 hook environment
  [ "${lines[1]}" = '^^^ +++' ]
  [ "${lines[2]}" = 'kite-sts: no credential for the role release' ]
  [ "${lines[3]}" = '  code      trust_not_met' ]
  [[ ${lines[5]} == '  decision  '????????* ]]
  [ "${lines[6]}" = '  contact   #team-release' ]
  [ "${lines[7]}" = '  claim     build_tag differs; the token says: null' ]
  [ "${lines[8]}" = "  help      $(printf "\033]1339;url='%s';content='%s'\a" "$BROKER/errors/trust_not_met" "$BROKER/errors/trust_not_met")" ]
  [ -z "$(has AWS_ACCESS_KEY_ID)" ]
}

@test "a refusal says which claim to add, and adding it helps" {
  option ROLE queue
  run -2 hook environment
  says 'claim     queue_key is absent: add --claim queue_key (in the plugin: claims: ["queue_key"])'
  rm "$ENVIRONMENT"
  options CLAIMS queue_key
  run -2 hook environment
  says 'claim     queue_key differs; the token says: null'
}

@test "the page of a refusal is there" {
  option ROLE release
  unset BUILDKITE
  run -2 hook environment
  says "  help      $BROKER/errors/trust_not_met"
  run -0 "$REAL_CURL" -sSf "$BROKER/errors/trust_not_met"
}

@test "a stranger is told one code" {
  option ROLE nobody-has-this
  run -2 hook environment
  says 'code      role_refused_or_unknown'
  hides claim
}

@test "a token for another audience is told which to ask for" {
  option AUDIENCE https://other.test.example
  run -2 hook environment
  says 'code      token_audience_differs'
  says "$AUDIENCE"
}

@test "T66: no value of a refusal can forge a line, a group or a link of the log" {
  stand forged
  run -2 hook environment
  hides $'\033[31m'
  hides $'\r'
  hides "$STAND/evil"
  says 'claim     build_branch differs; the token says: ?[31m--- forged?+++ absent (add --claim evil)'
  [ "$(grep -c '^---\|^+++' <<<"$output")" -eq 0 ]
  [ "$(grep -cxF '^^^ +++' <<<"$output")" -eq 1 ]
}

@test "a broker that is down fails the hook, within the time that was given" {
  option BROKER http://127.0.0.1:9
  option TIMEOUT 1
  run -1 hook environment
  says '(http://127.0.0.1:9: nothing takes connections there.'
  [ -z "$(has AWS_ACCESS_KEY_ID)" ]
}

@test "a broker that never answers fails the hook" {
  stand never
  option TIMEOUT 1
  run -1 hook environment
  says 'it did not answer in time'
}

@test "a broker that answers late is waited for" {
  stand late
  run -0 hook environment
}

@test "D17: a broker that is busy for a moment is asked again, with another token" {
  stand busy
  run -0 hook environment
  [ "$(ask /busy | wc -l)" -eq 2 ]
  [ "$(sort -u "$SEEN/minted" | wc -l)" -eq 2 ]
}

@test "D17: a broker whose limit was met is asked again, when it says" {
  stand limited
  run -0 hook environment
  [ "$(ask /limited | wc -l)" -eq 2 ]
}

@test "interim responses are not the answer" {
  stand interim
  run -0 hook environment
  [ "$(has AWS_SECRET_ACCESS_KEY)" = secret ]
}

@test "a refusal is not asked about again" {
  stand forged
  before=$(ask /forged | wc -l)
  run -2 hook environment
  [ "$(ask /forged | wc -l)" -eq $((before + 1)) ]
}

@test "a fault of the broker that a person must mend is told at once" {
  stand fault
  run -1 hook environment
  says 'code      provider_refused'
}

@test "a redirect is not followed with the token" {
  stand redirect
  run -1 hook environment
  says 'redirects'
  [ -z "$(ask /thief)" ]
}

@test "a .curlrc has no say in where a token goes" {
  printf 'header = "x-curlrc: read"\n' >"$HOME/.curlrc"
  stand asked
  run -0 hook environment
  run -0 ask /asked
  says '"accept":"text/plain"'
  hides x-curlrc
}

@test "an answer that is too large is not read to its end" {
  for name in large endless; do
    stand "$name"
    rm -f "$ENVIRONMENT"
    run -1 hook environment
    says 'its answer is larger than any of a broker'
  done
}

# asked_with LINE: it is among the options of each request to the broker.
asked_with() {
  [ "$(grep -cxF "$1" "$SEEN/config")" -eq "$(grep -c '^url' "$SEEN/config")" ] || { cat "$SEEN/config" && return 1; }
}

@test "each request has its bounds, and goes where it is told and by TLS" {
  option BROKER https://127.0.0.1:9
  option TIMEOUT 1
  run -1 hook environment
  for line in 'proto = "=https"' 'connect-timeout = 5' 'max-time = 1' 'max-filesize = 65536' globoff silent; do
    asked_with "$line"
  done
}

@test "a broker on this machine is not asked through a proxy" {
  export http_proxy=$STAND/proxy HTTP_PROXY=$STAND/proxy ALL_PROXY=$STAND/proxy all_proxy=$STAND/proxy
  before=$(ask /local)
  run -0 hook environment
  asked_with 'proto = "=http"'
  [ "$(ask /local)" = "$before" ]
}

@test "what is no broker is said to be none" {
  for name in html truncated; do
    stand "$name"
    rm -f "$ENVIRONMENT"
    run -1 hook environment
    says "$STAND/$name"
    hides '<html>'
  done
}

@test "an option that cannot be is refused before anything is minted" {
  while IFS='|' read -r name value said; do
    (
      option "$name" "$value"
      rm -f "$ENVIRONMENT"
      run -1 hook environment
      says "The option $said"
      says Expected
    ) || return
  done <<'END'
BROKER|http://sts.test.example|broker
BROKER|https://user@sts.test.example|broker
BROKER|https://sts.test.example/?a=b|broker
BROKER|https://sts.test.example" proto = "=http|broker
BROKER|file:///etc/passwd|broker
ROLE|Deploy|role
ROLE|a b|role
AUDIENCE|https://sts.test.examplé|audience
OIDC_TOKEN_LIFETIME|5m|oidc-token-lifetime
SESSION_DURATION|-1|session-duration
CLAIMS|queue key|claims
SUBJECT_CLAIM|--skip-redaction|subject-claim
CREDENTIAL_NAME_PREFIX|1_|credential-name-prefix
CREDENTIAL_NAME_PREFIX|A;B|credential-name-prefix
MODE|files,env|mode
HOOK|command|hook
TIMEOUT|0|timeout
GITHUB_API|http://github.test.example|github-api
REGISTRY|https://packages.test.example|registry
NPM_SCOPE|acme|npm-scope
PROPAGATE_ENVIRONMENT|yes|propagate-environment
ALLOW_UNREDACTED|1|allow-unredacted
END
  [ ! -s "$SEEN/minted" ]
}

@test "the URL of the door is not that of the broker" {
  option BROKER "$BROKER/token"
  run -1 hook environment
  says 'Leave /token off'
  [ ! -s "$SEEN/minted" ]
}

@test "a role is needed" {
  unset BUILDKITE_PLUGIN_KITE_STS_ROLE
  run -1 hook environment
  says 'The option role is missing'
}
