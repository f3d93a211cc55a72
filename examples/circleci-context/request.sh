#!/usr/bin/env bash
# What a job of CircleCI does to get publish-image, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for CircleCI: a job of main that has the release context.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://oidc.circleci.com/org/b9c1e0a4-52d3-4f0c-8a7e-1d2f3a4b5c6d",
  "claims": {
    "sub": "org/b9c1e0a4-52d3-4f0c-8a7e-1d2f3a4b5c6d/project/3f6f2d0e-9c1b-4d8e-a5f7-0b1c2d3e4f50/user/11111111-2222-4333-8444-555555555555",
    "oidc.circleci.com/project-id": "3f6f2d0e-9c1b-4d8e-a5f7-0b1c2d3e4f50",
    "oidc.circleci.com/vcs-origin": "github.com/acme/image",
    "oidc.circleci.com/vcs-ref": "refs/heads/main",
    "oidc.circleci.com/context-ids": [
      "7c0d9b1a-6e5f-4a3b-9c8d-2e1f0a9b8c7d"
    ],
    "oidc.circleci.com/ssh-rerun": false
  }
}'

# In a job: circleci run oidc get --claims '{"aud": "https://sts.acme.example"}'
curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4 |
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=publish-image \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
