#!/usr/bin/env bash
# What a step and a workflow do to get publish-docs, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite: a push to main of this pipeline.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/buildkite" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "docs"
  }
}'

# And for GitHub: a push to main of this repository.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/github" -d '{
  "issuer": "https://token.actions.githubusercontent.com",
  "claims": {
    "repository": "acme/docs",
    "ref": "refs/heads/main",
    "ref_type": "branch",
    "event_name": "push"
  }
}'

mint() {
  curl -sS "$broker/local/agent/v3/jobs/$1/oidc/tokens" -H 'Authorization: Token local' \
    -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4
}
exchange() {
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=publish-docs \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
mint buildkite | exchange

# In a workflow with `permissions: { id-token: write }`:
#   curl -sS -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
#     "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=https://sts.acme.example"
mint github | exchange
