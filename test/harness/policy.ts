import { compileEndpoints } from '../../lib/config/endpoints.ts';
import { compileIssuerRow } from '../../lib/config/issuers.ts';
import { type Complaint, Complaints } from '../../lib/language/complaint.ts';
import { KINDS } from '../../lib/language/kinds.ts';
import { parse } from '../../lib/language/parse.ts';
import { compileRole, parseRole, type RoleSetting } from '../../lib/language/role.ts';
import type { Tree } from '../../lib/language/tree.ts';
import type { Claims, ClaimValue } from '../../lib/policy/claims.ts';
import { type AccessRequest, type Decision, decide } from '../../lib/policy/decide.ts';
import type { AppHost, Endpoint } from '../../lib/policy/endpoint.ts';
import type { Role } from '../../lib/policy/role.ts';
import type { Context } from '../../lib/policy/trust.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';

export const BUILDKITE = 'https://agent.buildkite.com';
export const GITHUB = 'https://token.actions.githubusercontent.com';
export const AUDIENCE = 'https://sts.test.example';

/** The rows that tests use unless they say otherwise: one of each preset, and one plain issuer. */
export const ISSUERS = `
- preset: buildkite
- preset: github-actions
- preset: gitlab
- preset: circleci
  issuer: https://oidc.circleci.com/org/0b1c2d3e
- preset: azure-devops
  issuer: https://vstoken.dev.azure.com/0b1c2d3e
- preset: bitbucket
  issuer: https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc
- preset: google
- preset: aws-sts
  issuer: https://0b1c2d3e.tokens.sts.global.api.aws
- preset: hcp-terraform
- issuer: https://plain.example
  jwks_uri: https://plain.example/jwks
  bind: [tenant]
`;

/** The same rows, with this key more in Buildkite's. */
export function issuersWith(more: string): string {
  return ISSUERS.replace('- preset: buildkite', `- preset: buildkite\n  ${more}`);
}

/** Compiles issuer rows from YAML; throws when there is any complaint. */
export function rowsFrom(yaml: string): Map<string, IssuerRow> {
  const complaints = new Complaints();
  const tree = parse('broker.yml', yaml, complaints);
  const rows = (tree?.kind === 'list' ? tree.items : []).flatMap(
    item => compileIssuerRow(item, complaints) ?? [],
  );
  if (complaints.all.length > 0) throw new Error(JSON.stringify(complaints.all, null, 2));
  return new Map(rows.map(row => [row.issuer, row]));
}

/** The endpoints that tests use unless they say otherwise: one of each preset, and one of each grant. */
export const ENDPOINTS = `
databricks: { preset: databricks, url: "https://dbc-1.cloud.databricks.com/oidc/v1/token", audience: databricks-of-acme }
openai: { preset: openai, audience: openai-of-acme }
anthropic: { preset: anthropic, audience: anthropic-of-acme }
openrouter: { preset: openrouter, audience: openrouter-of-acme }
buildkite: { preset: buildkite, audience: buildkite-of-acme }
exchange:
  url: https://login.acme.example/oauth/token
  grant: token_exchange
  audience: https://login.acme.example
  parameters: { resource: "https://api.acme.example" }
  slots: { account: required, project: optional }
bearer: { url: "https://bearer.acme.example/t", grant: jwt_bearer, body: json, audience: "https://bearer.acme.example" }
client:
  url: https://client.acme.example/oauth/token
  grant: client_credentials
  audience: https://client.acme.example
  slots: { client_id: required }
`;

/** Apps of tests that are not on github.com. */
export const APP_HOSTS: ReadonlyMap<string, AppHost> = new Map([
  ['Iv1.server', { url: 'https://ghe.acme.example/api/v3', allowPrivateNetwork: true }],
  ['Iv1.resident', { url: 'https://api.acme.ghe.com', allowPrivateNetwork: false }],
]);

/** Compiles rows of endpoints from YAML; throws when there is any complaint. */
export function endpointsFrom(yaml: string): Map<string, Endpoint> {
  const complaints = new Complaints();
  const rows = compileEndpoints(parse('broker.yml', yaml, complaints), complaints);
  if (complaints.all.length > 0) throw new Error(JSON.stringify(complaints.all, null, 2));
  return new Map([...rows].map(([name, { value }]) => [name, value]));
}

export function settingOf(issuers: ReadonlyMap<string, IssuerRow> = rowsFrom(ISSUERS)): RoleSetting {
  return {
    audience: AUDIENCE,
    issuers,
    session: { seconds: undefined, maxSeconds: undefined },
    endpoints: endpointsFrom(ENDPOINTS),
    apps: APP_HOSTS,
  };
}

/** A provider for roles whose test is about their trust alone. */
export const PROVIDER = 'jwt: { audience: https://api.test.example }';

type Compiled = { role: Role | undefined; complaints: readonly Complaint[] };

/** Compiles the text of a role as it stands, with all its complaints. */
export function compileText(text: string, setting: RoleSetting = settingOf()): Compiled {
  const complaints = new Complaints();
  const document = parseRole('tested', 'tested.yml', text, complaints);
  const role = document && compileRole(document, setting, complaints);
  return { role, complaints: complaints.all };
}

const HAS_PROVIDER = new RegExp(`^(${Object.keys(KINDS).join('|')}):`, 'm');

/** Compiles a role from YAML. A text without a provider gets a plain `jwt`. */
export function compile(yaml: string, setting?: RoleSetting): Compiled {
  return compileText(HAS_PROVIDER.test(yaml) ? yaml : `${yaml.trimEnd()}\n${PROVIDER}\n`, setting);
}

/** A role that must compile. */
export function roleFrom(yaml: string, setting?: RoleSetting): Role {
  const { role, complaints } = compile(yaml, setting);
  if (!role) throw new Error(JSON.stringify(complaints, null, 2));
  return role;
}

/** Claims without a prototype, as a verified token has them; undefined leaves a claim out. */
export function claims(members: { readonly [name: string]: unknown }): Claims {
  const made: { [name: string]: ClaimValue } = Object.create(null);
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) made[name] = value as ClaimValue;
  return made;
}

/** What Buildkite says of a push to main, after the real token of docs and observation. */
export function buildkiteClaims(changes: { readonly [name: string]: unknown } = {}): Claims {
  return claims({
    iss: BUILDKITE,
    sub: 'organization:my-organization:pipeline:my-pipeline:ref:refs/heads/main:commit:b5ffe3aeea51cec6c41aef16e45ee6bce47d8810:step:',
    aud: AUDIENCE,
    organization_slug: 'my-organization',
    pipeline_slug: 'my-pipeline',
    build_number: 5,
    build_branch: 'main',
    build_tag: null,
    build_commit: 'b5ffe3aeea51cec6c41aef16e45ee6bce47d8810',
    step_key: null,
    job_id: '01945ecf-80f0-41e8-9b83-a2970a9305a1',
    agent_id: '01945ecf-8bcf-40a6-9d70-a765db9a0928',
    build_source: 'webhook',
    runner_environment: 'self-hosted',
    ...changes,
  });
}

export const NOW = 1_800_000_000;

/** Decides as if a token with these claims had been verified. */
export function decideFor(
  role: Role,
  made: Claims,
  { access = {}, context = {} }: { access?: Partial<AccessRequest>; context?: Partial<Context> } = {},
): Decision {
  return decide(
    role,
    assumeVerified(made, role),
    { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined, ...access },
    { now: NOW, sourceAddress: undefined, ...context },
  );
}

/** What GitHub Actions says of a push to main of acme/web: every value is a string. */
export function githubClaims(changes: { readonly [name: string]: unknown } = {}): Claims {
  return claims({
    iss: GITHUB,
    sub: 'repo:acme/web:ref:refs/heads/main',
    aud: AUDIENCE,
    repository: 'acme/web',
    repository_id: '74',
    repository_owner: 'acme',
    repository_owner_id: '65',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    event_name: 'push',
    actor: 'octocat',
    run_id: '1658821493',
    run_number: '15',
    runner_environment: 'github-hosted',
    ...changes,
  });
}

/** Where a complaint stands, without its prose: `rule line:column`. */
export function placesOf(complaints: readonly Complaint[]): string[] {
  return complaints.map(({ rule, place }) => `${rule} ${place.line}:${place.column}`);
}

/** What is wrong with a role, in the order in which it is said. */
export function refusalsOf(yaml: string, setting?: RoleSetting): string[] {
  return placesOf(compile(yaml, setting).complaints);
}

/** Reads a text, as YAML, with something that complains. */
export function readWith<T>(
  yaml: string,
  read: (tree: Tree, complaints: Complaints) => T,
): { value: T | undefined; refusals: string[] } {
  const complaints = new Complaints();
  const tree = parse('tested.yml', yaml, complaints);
  const value = tree && read(tree, complaints);
  return { value, refusals: placesOf(complaints.all) };
}

/** `allowed by <statement>` or the reason of a denial, for tables of decisions. */
export function saidOf(decision: Decision): string {
  return decision.allowed ? `allowed by ${decision.statement}` : decision.reason;
}
