#!/usr/bin/env bash
# What a step of the pipeline cli does to get publish-release, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite: the push of a tag, whose build has the tag as its branch too.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/release" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "cli",
    "build_branch": "v1.4.0",
    "build_tag": "v1.4.0"
  }
}'

# And the push to main before it, whose token says "build_tag": null.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/main" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "cli"
  }
}'

mint() {
  curl -sS "$broker/local/agent/v3/jobs/$1/oidc/tokens" -H 'Authorization: Token local' \
    -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4
}
exchange() {
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=publish-release \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
mint main | exchange || true
mint release | exchange
