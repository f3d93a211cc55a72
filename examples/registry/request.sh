#!/usr/bin/env bash
# What steps do with the registry npm, against the local broker: one publishes, another installs and may not publish.
# The requests are those of `npm publish` and `npm install`.
set -euo pipefail
broker=${BROKER:-http://127.0.0.1:8787}

# The local broker stands in for Buildkite: a push to main of each pipeline.
job() {
  curl -sS --fail-with-body -o /dev/null -X PUT "$broker/local/jobs/$1" -d '{
    "issuer": "https://agent.buildkite.com",
    "claims": { "organization_slug": "my-organization", "pipeline_slug": "'"$1"'" }
  }'
}
# On an agent: buildkite-agent oidc request-token --audience https://packages.acme.example/acme/npm
mint() {
  curl -sS "$broker/local/agent/v3/jobs/$1/oidc/tokens" -H 'Authorization: Token local' \
    -d '{"audience":"https://packages.acme.example/acme/npm"}' | cut -d'"' -f4
}
# The token goes in by standard input, so that it is no argument.
as() {
  mint "$1" | sed 's/^/Authorization: Bearer /' |
    curl -sS --fail-with-body -w '\n' -H @- -H 'content-type: application/json' "${@:2}"
}

package='{
  "name": "greeting",
  "dist-tags": { "latest": "1.0.0" },
  "versions": { "1.0.0": { "name": "greeting", "version": "1.0.0" } }
}'

job my-pipeline
job another-pipeline
as my-pipeline -X PUT "$broker/npm/greeting" -d "$package"
as another-pipeline "$broker/npm/greeting"
as another-pipeline -X PUT "$broker/npm/greeting" -d "$package"
