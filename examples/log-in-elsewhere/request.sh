#!/usr/bin/env bash
# What steps of six pipelines do to get a token of another service, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

ask() {
  # The local broker stands in for Buildkite.
  curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/$1" -d '{
    "issuer": "https://agent.buildkite.com",
    "claims": { "organization_slug": "acme", "pipeline_slug": "'"$2"'" }
  }'
  # On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
  curl -sS "$broker/local/agent/v3/jobs/$1/oidc/tokens" -H 'Authorization: Token local' \
    -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4 |
    curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d "audience=$1" \
      -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
      -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}

ask deploy-jobs jobs
ask run-evals evals
ask review-changes web
ask compare-models models
ask watch-builds dashboard
ask upload-artifacts artifacts
