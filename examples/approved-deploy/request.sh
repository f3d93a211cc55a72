#!/usr/bin/env bash
# What the deploy step of the shop does before its build is approved, after it, and what a thief of its token tries at last.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}
build=0198b014-8517-7cef-b232-76a827315f08

# The local broker stands in for Buildkite: a job of a push to main, which an agent has started.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://agent.buildkite.com",
  "claims": { "organization_slug": "acme", "pipeline_slug": "shop", "build_number": 52, "build_id": "'"$build"'" },
  "state": "running"
}'

# On an agent: buildkite-agent oidc request-token --audience https://sts.acme.example
token=$(curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4)

exchange() {
  printf '%s' "$token" |
    curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=deploy-production \
      -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
      -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
}

# Denied: the build waits for its block step.
exchange || true

# Alice unblocks the step, and Buildkite tells EventBridge.
curl -sS --fail-with-body -o /dev/null "$broker/local/events" -d '{
  "version": "0",
  "id": "e8e9fdf8-d21b-fa2d-04c4-09465919673e",
  "detail-type": "Job Activated",
  "source": "aws.partner/buildkite.com/acme/0106-187c-12cd4fe",
  "account": "111122223333",
  "time": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
  "region": "us-east-1",
  "resources": [],
  "detail": {
    "version": 1,
    "job": {
      "uuid": "9e6c3f19-4fdb-4e8e-b925-28cd7504e17f",
      "type": "manual",
      "step_key": "release",
      "state": "finished",
      "unblocked_by": { "uuid": "c07c69c6-11d2-4375-9148-9d0338b0a836", "name": "Alice" }
    },
    "build": { "uuid": "'"$build"'", "number": 52 },
    "pipeline": { "uuid": "88d73553-5533-4f56-9c16-fb38d7817d8f", "slug": "shop" },
    "organization": { "uuid": "a98961b7-adc1-41aa-8726-cfb2c46e42e0", "slug": "acme" }
  }
}'
exchange

# The job ends. Its token is good for minutes more, and buys nothing.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{"state":"finished"}'
exchange
