#!/usr/bin/env bash
# What the nightly build of the pipeline models does to get train-model for ten hours, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "models",
    "build_source": "schedule"
  }
}'

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4 |
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=train-model \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \
    -d expires_in=36000
