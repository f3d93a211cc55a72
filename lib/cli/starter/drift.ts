/** A file of a CI system that looks at the accounts every night, by its path in the repository. */
type DriftFile = { readonly path: string; readonly text: string };

/** Commands by which the AWS CLI prints an account, with a session of the broker that may only read IAM. */
const DUMPS = [
  'aws iam get-account-authorization-details --output json > details.json',
  'aws iam list-roles --output json > roles.json',
  'aws iam list-open-id-connect-providers --output json > providers.json',
  'aws iam generate-credential-report > report.json',
  'sleep 10',
  'aws iam get-credential-report --output json > keys.json',
];

const DRIFT =
  'npx --no kite-sts drift --account details.json --account roles.json --account providers.json --account keys.json --broker-role-arn "$BROKER_ROLE_ARN"';

const GITHUB = `name: drift
on:
  schedule: [{ cron: "17 3 * * *" }]
  workflow_dispatch:
permissions:
  contents: read
  id-token: write
  security-events: write
jobs:
  drift:
    runs-on: ubuntu-latest
    env:
      KITE_STS_CONFIG: {config}
      # The role that the broker's function runs as: an output of the stack.
      BROKER_ROLE_ARN: arn:aws:iam::123456789012:role/kite-sts-prod-{region}-exchange
    steps:
      - uses: actions/checkout@v4
        with: { persist-credentials: false }
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci --ignore-scripts
      # A role of the broker for this workflow on its branch alone. Its target may read IAM, and nothing else.
      - run: npx --no kite-sts exec --role read-iam -- bash dump.sh
      - run: ${DRIFT} --sarif > drift.sarif
      - if: always()
        uses: github/codeql-action/upload-sarif@v3
        with: { sarif_file: drift.sarif }
`;

const BUILDKITE = `# Give this pipeline a schedule, such as 17 3 * * *.
env:
  KITE_STS_CONFIG: {config}
  # The role that the broker's function runs as: an output of the stack.
  BROKER_ROLE_ARN: arn:aws:iam::123456789012:role/kite-sts-prod-{region}-exchange
steps:
  - label: drift
    key: drift
    commands:
      - npm ci --ignore-scripts
      # A role of the broker for this pipeline's schedule alone. Its target may read IAM, and nothing else.
      - npx --no kite-sts exec --role read-iam -- bash dump.sh
      - ${DRIFT}
`;

const FILES = {
  buildkite: { path: '.buildkite/drift.yml', text: BUILDKITE },
  'github-actions': { path: '.github/workflows/drift.yml', text: GITHUB },
} as const;

/** Writes the pipeline that looks every night whether the accounts are as the roles say, in the CI of this issuer, and its script. */
export function writeDriftFiles(issuer: keyof typeof FILES, config: string, region: string): DriftFile[] {
  const { path, text } = FILES[issuer];
  const named = text.replaceAll('{config}', config).replaceAll('{region}', region);
  return [
    { path, text: named },
    { path: 'dump.sh', text: `set -euo pipefail\n${DUMPS.join('\n')}\n` },
  ];
}
