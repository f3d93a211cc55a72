import { drawAnswer } from '../../lib/answer.ts';
import type { Outcome, Reached } from '../../lib/outcome.ts';
import type { AccessRequest } from '../../lib/policy/decide.ts';
import { assumeVerified } from '../../lib/review/assume.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  decideFor,
  ISSUERS,
  NOW,
  PROVIDER,
  roleFrom,
  rowsFrom,
} from './policy.ts';

/** What a policy says and no caller may be told. */
export const SECRET = 'only-the-policy-says-this';

/** A role that knows the caller of the harness. */
export const ROLE = `
contact: "#team-web"
trust:
  - iss: ${BUILDKITE}
    scopes: [read]
    claims: { organization_slug: my-organization, build_branch: main, pipeline_slug: { in: [my-pipeline, ${SECRET}] } }
`;

export type Given = {
  readonly yaml?: string;
  readonly claims?: object;
  readonly access?: Partial<AccessRequest>;
};

/** The outcome of a denied decision, as an exchange makes it. */
export function denied({ yaml = ROLE, claims = {}, access = {} }: Given): Outcome {
  const role = roleFrom(/^(aws|jwt):/m.test(yaml) ? yaml : `${yaml}${PROVIDER}\n`);
  const said = buildkiteClaims({ ...claims });
  const decision = decideFor(role, said, { access });
  if (decision.allowed) throw new Error('allowed');
  const reached: Reached = {
    decisionId: 'd',
    at: NOW,
    protocol: 'oauth',
    sourceAddress: undefined,
    token: assumeVerified(said, role),
    row: rowsFrom(ISSUERS).get(BUILDKITE),
    snapshot: { role, digest: 'abc' },
    decision,
    ms: {},
  };
  if (decision.reason === 'job_unknown') throw new Error('undecided');
  return { kind: 'denied', reached, reason: decision.reason };
}

/** What the caller is told of it. */
export function refused(given: Given) {
  const drawn = drawAnswer(denied(given));
  if (drawn.kind !== 'refused') throw new Error(drawn.kind);
  return drawn;
}

export const DENY = `${ROLE}deny: [{ iss: ${BUILDKITE}, claims: { build_source: ui } }]\n`;
export const POLICY = `${ROLE.replace('scopes: [read]', 'id: one')}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy", policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }\n`;
export const TEMPLATE = `${ROLE}jwt: { audience: https://api.test.example, claims: { step: "\${step_key}" } }\n`;
