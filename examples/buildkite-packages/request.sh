#!/usr/bin/env bash
# What a step of the pipeline shop does for a release, to publish a package, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": {
    "organization_slug": "acme",
    "pipeline_slug": "shop",
    "build_branch": "v1.2.3",
    "build_tag": "v1.2.3"
  }
}'

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4 |
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=publish-packages \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \
    -d scope=write_packages
