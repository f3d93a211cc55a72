import { BUILDKITE, GITHUB } from '../../../harness/policy.ts';

export const ISSUER = {
  buildkite: BUILDKITE,
  github: GITHUB,
  gitlab: 'https://gitlab.com',
  circleci: 'https://oidc.circleci.com/org/0b1c2d3e',
  azure: 'https://vstoken.dev.azure.com/0b1c2d3e',
  bitbucket: 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
  google: 'https://accounts.google.com',
  aws: 'https://0b1c2d3e.tokens.sts.global.api.aws',
  terraform: 'https://app.terraform.io',
  cluster: 'https://cluster.example',
} as const;
export type IssuerName = keyof typeof ISSUER;

/**
 * A role with one trust statement that has these claims, as flow YAML; what must be said of it, the rule and a word of
 * the message; and what stands in the role beside `trust`, a `jwt` unless it says otherwise.
 */
export type Dangerous = readonly [claims: string, says: string, rest?: string];

/** One of which nothing is said. */
export type Sensible = readonly [claims: string, rest?: string];

export const JWT = 'jwt: { audience: https://api.test.example }';
export const ARN = 'role_arn: "arn:aws:iam::123456789012:role/web"';

export function denying(issuer: IssuerName, claims: string): string {
  return `deny:\n  - iss: ${ISSUER[issuer]}\n    claims: { ${claims} }\n${JWT}`;
}

export function allowing(statement: string): string {
  return `aws: { ${ARN}, policy: { Version: "2012-10-17", Statement: [{ ${statement} }] } }`;
}
