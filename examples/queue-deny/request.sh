#!/usr/bin/env bash
# What a step of the pipeline mobile does to get sign-app, against the local broker: first wrongly, then rightly.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite: a push to main, run by an agent of the release queue.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "mobile",
    "queue_key": "release"
  }
}'

mint() {
  curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' -d "$1" | cut -d'"' -f4
}
exchange() {
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=sign-app \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}

# buildkite-agent oidc request-token --audience https://sts.acme.example
mint '{"audience":"https://sts.acme.example"}' | exchange || true

# buildkite-agent oidc request-token --audience https://sts.acme.example --claim queue_key
mint '{"audience":"https://sts.acme.example","claims":["queue_key"]}' | exchange
