/** A file of a CI system, by its path in the repository. */
type ReviewFile = { readonly path: string; readonly text: string };

const GITHUB = `name: policy
on:
  pull_request:
    paths: ["{config}/**", "vendor/**", package.json, package-lock.json, .github/workflows/policy.yml]
permissions:
  contents: read
jobs:
  policy:
    runs-on: ubuntu-latest
    env:
      KITE_STS_CONFIG: {config}
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0, persist-credentials: false }
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      # Before anything of the tarball runs. A variable of the repository, where no pull request writes, may name its digest.
      - run: bash vendor/check.sh
        env: { KITE_STS_TARBALL_SHA256: "\${{ vars.KITE_STS_TARBALL_SHA256 }}" }
      - run: npm ci --ignore-scripts
      - run: npx --no kite-sts lint --strict
      - run: npx --no kite-sts test --coverage --mutate
      - run: npx --no kite-sts prove
      # What the change newly allows is for a reviewer to judge, so it fails nothing. That it cannot be told does.
      - run: npx --no kite-sts diff "origin/$GITHUB_BASE_REF" HEAD --merge-base --report --markdown >> "$GITHUB_STEP_SUMMARY"
`;

const BUILDKITE = `env:
  KITE_STS_CONFIG: {config}
steps:
  - label: policy
    key: policy
    commands:
      # Before anything of the tarball runs.
      - bash vendor/check.sh
      - npm ci --ignore-scripts
      - npx --no kite-sts lint --strict
      - npx --no kite-sts test --coverage --mutate --junit policy.xml
      - npx --no kite-sts prove
      # What the change newly allows is for a reviewer to judge, so it fails nothing. That it cannot be told does.
      - git fetch --quiet origin "$BUILDKITE_PULL_REQUEST_BASE_BRANCH"
      - npx --no kite-sts diff FETCH_HEAD HEAD --merge-base --report --markdown > policy.md
      - buildkite-agent annotate --context policy < policy.md
    artifact_paths: policy.xml
`;

const FILES = {
  buildkite: { path: '.buildkite/policy.yml', text: BUILDKITE },
  'github-actions': { path: '.github/workflows/policy.yml', text: GITHUB },
} as const;

/** Writes the pipeline that lints and tests the configuration in `config` on every pull request, in the CI of this issuer. */
export function writeReviewFile(issuer: keyof typeof FILES, config: string): ReviewFile {
  const { path, text } = FILES[issuer];
  return { path, text: text.replaceAll('{config}', config) };
}
