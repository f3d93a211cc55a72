#!/usr/bin/env bash
# What a step of the pipeline firmware does to get release-firmware, and what a thief of its token would try.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite: the release step of a push to main.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "firmware",
    "build_number": 214,
    "step_key": "release"
  }
}'

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
token=$(curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4)

exchange() {
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=release-firmware \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}
printf '%s' "$token" | exchange
printf '%s' "$token" | exchange
