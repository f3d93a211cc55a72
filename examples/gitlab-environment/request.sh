#!/usr/bin/env bash
# What a job of acme/shop does to get deploy-shop, against the local broker.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for GitLab: the production job of a push to main.
curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/example" -d '{
  "issuer": "https://gitlab.com",
  "claims": {
    "sub": "project_path:acme/shop:ref_type:branch:ref:main",
    "namespace_path": "acme",
    "project_path": "acme/shop",
    "ref": "main",
    "ref_type": "branch",
    "ref_protected": "true",
    "environment": "production",
    "environment_protected": "true",
    "pipeline_source": "push",
    "pipeline_id": "574",
    "job_id": "302"
  }
}'

# In .gitlab-ci.yml the job gets its token from GitLab, as $KITE_TOKEN:
#   id_tokens: { KITE_TOKEN: { aud: https://sts.acme.example } }
curl -sS "$broker/local/agent/v3/jobs/example/oidc/tokens" -H 'Authorization: Token local' \
  -d '{"audience":"https://sts.acme.example"}' | cut -d'"' -f4 |
  curl -sS --fail-with-body -w '\n' "$broker/token" --data-urlencode subject_token@- -d audience=deploy-shop \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    -d subject_token_type=urn:ietf:params:oauth:token-type:jwt
