import type { SchemaName } from '../review/author/schema.ts';
import { writeDriftFiles } from './starter/drift.ts';
import { writeReviewFile } from './starter/review.ts';
import { CHECK } from './starter/vendored.ts';

/** Who signs the tokens of a team's jobs. */
export type IssuerName = keyof typeof ROLES;

export type StarterOptions = {
  readonly organization: string;
  readonly issuer: IssuerName;
  readonly region: string;
  /** The folder of broker.yml and roles/. */
  readonly config: string;
  /** Also what looks at the accounts every night. */
  readonly drift: boolean;
};

/** The dependencies of a team's repository: our tarball by its path in there, and the Serverless Framework by version. */
export type StarterPins = { readonly tarball: string; readonly serverless: string };

const BUILDKITE = `description: Deploys the web app
contact: "#platform"

trust:
  - iss: https://agent.buildkite.com
    id: pushes to main
    claims:
      organization_slug: "{organization}"
      pipeline_slug: web
      build_branch: main
      build_tag: null        # a tag named main is not the branch main
      build_source: webhook  # a push; a build that somebody starts may name any branch

aws:
  role_arn: arn:aws:iam::123456789012:role/deploy-web
`;

const BUILDKITE_CASES = `cases:
  - name: a push to main deploys
    from: buildkite/push
    claims: { organization_slug: "{organization}", pipeline_slug: web }
    allow: pushes to main

  - name: another branch does not
    from: a push to main deploys
    as: buildkite/branch
    deny: no_statement_holds

  - name: a tag named main does not
    from: a push to main deploys
    as: buildkite/tag-named-main
    deny: no_statement_holds

  - name: a build that somebody starts by hand does not
    from: a push to main deploys
    as: buildkite/manual
    deny: no_statement_holds

  - name: another pipeline does not
    from: a push to main deploys
    claims: { pipeline_slug: other }
    deny: no_statement_holds

  - name: another organization does not
    from: a push to main deploys
    claims: { organization_slug: "{organization}-evil" }
    deny: guard_not_met
`;

const GITHUB = `description: Deploys the web app
contact: "#platform"

trust:
  - iss: https://token.actions.githubusercontent.com
    id: pushes to main
    claims:
      repository: "{organization}/web"
      ref: refs/heads/main
      event_name: push

aws:
  role_arn: arn:aws:iam::123456789012:role/deploy-web
`;

const GITHUB_CASES = `cases:
  - name: a push to main deploys
    from: github/push
    claims: { repository: "{organization}/web" }
    allow: pushes to main

  - name: another branch does not
    from: a push to main deploys
    as: github/branch
    deny: no_statement_holds

  - name: a pull request does not
    from: a push to main deploys
    as: github/pull_request
    deny: no_statement_holds

  - name: a run that a person started does not
    from: a push to main deploys
    as: github/workflow_dispatch
    deny: no_statement_holds

  - name: another repository does not
    from: a push to main deploys
    claims: { repository: "{organization}/other" }
    deny: no_statement_holds

  - name: another organization does not
    from: a push to main deploys
    claims: { repository: "{organization}-evil/web" }
    deny: guard_not_met
`;

const ROLES = {
  buildkite: {
    url: 'https://agent.buildkite.com',
    guard: 'organization_slug',
    role: BUILDKITE,
    cases: BUILDKITE_CASES,
  },
  'github-actions': {
    url: 'https://token.actions.githubusercontent.com',
    guard: 'repository_owner',
    role: GITHUB,
    cases: GITHUB_CASES,
  },
} as const;

export const ISSUER_NAMES = Object.keys(ROLES) as IssuerName[];

// The organization stands in quotes everywhere: one may be called "null" or "1e3".
const BROKER = `# The address that your broker will have. Nobody can own a name below .example: deploy refuses this one.
url: https://sts.{organization}.example

# Whom you trust to say who is asking. \`require\` is a guard before any role: no other organization gets past it.
issuers:
  - preset: {issuer}
    require: { {guard}: "{organization}" }
`;

// Proved of every role that there will be, whoever edits which file.
const INVARIANTS = `- id: own-organization
  says: No token of another organization has any role.
  never:
    - iss: {url}
      claims: { {guard}: { not_equals: "{organization}" } }
`;

function writePackageJson(pins: StarterPins): string {
  const deploy = 'bash vendor/check.sh && serverless deploy';
  const manifest = {
    private: true,
    scripts: { lint: 'kite-sts lint', test: 'kite-sts test', deploy },
    // By file: whoever takes our name on a registry must not be asked.
    dependencies: { 'kite-sts': `file:${pins.tarball}`, serverless: pins.serverless },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The first line of a file, by which an editor completes and checks the rest. */
function writeSchemaLine(path: string, schema: SchemaName): string {
  return `# yaml-language-server: $schema=${'../'.repeat(path.split('/').length)}node_modules/kite-sts/docs/reference/${schema}.schema.json\n`;
}

/** The files of a team's repository, by their paths in it. */
export function writeStarter(
  options: StarterOptions,
  pinned: StarterPins,
): { readonly [path: string]: string } {
  const { organization, issuer, region, config, drift } = options;
  const { url, guard, role, cases } = ROLES[issuer];
  const named = (text: string): string =>
    text
      .replaceAll('{organization}', organization)
      .replace('{issuer}', issuer)
      .replace('{guard}', guard)
      .replace('{url}', url);
  const broker = BROKER.replace('sts.{organization}', `sts.${organization.toLowerCase()}`);
  const option = config === 'config' ? '' : `custom: { kiteSts: { config: "${config}" } }\n`;
  const review = writeReviewFile(issuer, config);
  const nightly = drift ? writeDriftFiles(issuer, config, region) : [];
  return {
    'package.json': writePackageJson(pinned),
    'serverless.yml': `service: kite-sts\nprovider: { name: aws, region: ${region} }\nplugins: [kite-sts]\n${option}`,
    // Many people's own list of ignored files has *.tgz.
    '.gitignore': 'node_modules/\n.serverless/\n!/vendor/*.tgz\n',
    [`${config}/broker.yml`]: writeSchemaLine(config, 'broker') + named(broker),
    [`${config}/invariants.yml`]: writeSchemaLine(config, 'invariants') + named(INVARIANTS),
    [`${config}/roles/deploy-web.yml`]: writeSchemaLine(`${config}/roles`, 'role') + named(role),
    [`${config}/roles/deploy-web.test.yml`]: writeSchemaLine(`${config}/roles`, 'test') + named(cases),
    [review.path]: review.text,
    ...Object.fromEntries(nightly.map(({ path, text }) => [path, text])),
    'vendor/check.sh': CHECK,
  };
}
