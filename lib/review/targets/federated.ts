import type { Truth } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { KeyLookup, KeyValues } from './condition.ts';
import {
  checkSessionLength,
  createTargetFinding,
  dropRepeatedFindings,
  type TargetFinding,
} from './findings.ts';
import { isActionCovered, judgeStatements, type Ruling } from './request.ts';
import type { TargetRole, TrustStatement } from './trust.ts';

const ENTER = 'sts:AssumeRoleWithWebIdentity';
/** The audience of our JWT for AWS, as lib/providers/aws.ts has it. */
const AUDIENCE = 'sts.amazonaws.com';

/** The demands of a role via web_identity on its target. */
export type FederatedRequest = {
  readonly role: string;
  readonly arn: string;
  readonly subject: string;
  readonly tagged: boolean;
  readonly sourceIdentity: boolean;
  /** The longest session that the role gives. */
  readonly seconds: number;
};

/** Lists what each `aws` role via web_identity asks: the target trusts our JWT, and not our role. */
export function listFederatedRequests(roles: readonly Role[]): FederatedRequest[] {
  return roles.flatMap(({ name, template, session }) =>
    template.kind === 'aws' && template.via === 'web_identity'
      ? {
          role: name,
          arn: template.role_arn,
          subject: template.subject,
          tagged: Object.keys(template.tags).length > 0,
          sourceIdentity: template.source_identity,
          seconds: session.max,
        }
      : [],
  );
}

/** Whom the targets are meant to trust: the broker as an issuer. */
export type TrustedIssuer = {
  /** Its URL, from broker.yml. */
  readonly url: string;
  /** Others that may stand in a trust policy. */
  readonly also: readonly string[];
  /** The subjects of every role of the configuration that shares this target. */
  readonly subjects: readonly string[];
};

/** The name by which IAM knows an issuer, and by which its condition keys begin. */
export function nameProvider(url: string): string {
  return url.replace(/^https:\/\//, '');
}

/** The OIDC provider of the broker in the account of a target. */
export function findProviderArn(targetArn: string, url: string): string {
  const [, partition, , , account] = targetArn.split(':');
  return `arn:${partition}:iam::${account}:oidc-provider/${nameProvider(url)}`;
}

type FederatedToken = { readonly audience: string; readonly subject: string };

function createFederatedLookup(request: FederatedRequest, token: FederatedToken, url: string): KeyLookup {
  const name = nameProvider(url).toLowerCase();
  const unknown: KeyValues = { values: [undefined] };
  const known: { readonly [key: string]: KeyValues } = {
    [`${name}:aud`]: { values: [token.audience] },
    [`${name}:sub`]: { values: [token.subject] },
    [`${name}:iss`]: { values: [url] },
    'sts:rolesessionname': unknown,
    'sts:sourceidentity': request.sourceIdentity ? unknown : { values: [] },
    'aws:securetransport': { values: ['true'] },
    ...(request.tagged ? {} : { 'aws:tagkeys': { values: [], many: true } }),
  };
  return key => (Object.hasOwn(known, key) ? known[key] : undefined);
}

function judgeProvider(statement: TrustStatement, arn: string): Truth {
  if (statement.exceptPrincipals) return 'doubt';
  return statement.principals.some(each => each.name === arn || each.name === '*') ? 'true' : 'false';
}

/** Subjects that the conditions speak of, read as patterns, and one that they do not. */
function listOtherSubjects(statements: readonly TrustStatement[], trusted: TrustedIssuer): string[] {
  const key = `${nameProvider(trusted.url)}:sub`.toLowerCase();
  const written = statements
    .flatMap(each => each.conditions)
    .filter(each => each.key.toLowerCase() === key)
    .flatMap(({ operands }) => operands.map(each => each.replace(/[*?]/g, 'x')));
  return [...new Set([...written, 'role:any-other'])].filter(each => !trusted.subjects.includes(each));
}

/** All that is wrong with the target of one role via web_identity. Pure, as `findingsFor` is. */
export function checkFederatedTarget(
  asked: FederatedRequest,
  target: TargetRole | undefined,
  trusted: TrustedIssuer,
): TargetFinding[] {
  if (!target) return [createTargetFinding('target-unknown')];
  const { statements } = target;
  const provider = findProviderArn(asked.arn, trusted.url);
  const right: FederatedToken = { audience: AUDIENCE, subject: asked.subject };
  const judge = (presented: FederatedToken, action = ENTER): Ruling =>
    judgeStatements(statements, action, createFederatedLookup(asked, presented, trusted.url), each =>
      judgeProvider(each, provider),
    );
  return dropRepeatedFindings([
    ...checkEntrance(judge(right), statements, provider),
    ...(judge({ ...right, audience: 'any-other' }).says === 'allowed'
      ? [createTargetFinding('audience-not-demanded')]
      : []),
    ...(listOtherSubjects(statements, trusted).some(
      subject => judge({ ...right, subject }).says === 'allowed',
    )
      ? [createTargetFinding('subject-not-demanded')]
      : []),
    ...checkSessionRights(asked, action => judge(right, action)),
    ...checkOtherPrincipals(statements, provider, trusted),
    ...checkSessionLength(asked, target),
  ]);
}

function checkEntrance(
  ruling: Ruling,
  statements: readonly TrustStatement[],
  provider: string,
): TargetFinding[] {
  const { says, doubts } = ruling;
  if (says === 'denied') return [createTargetFinding('explicitly-denied', ENTER)];
  if (says === 'undecided') return doubts.map(each => createTargetFinding('undecided', `${ENTER}, ${each}`));
  if (says === 'allowed') return [];
  const isNamed = statements.some(
    each =>
      each.effect === 'Allow' && isActionCovered(each, ENTER) && judgeProvider(each, provider) !== 'false',
  );
  return [createTargetFinding(isNamed ? 'condition-not-met' : 'issuer-not-trusted')];
}

/** Checks the rights that tags and a source identity need beside the JWT. */
function checkSessionRights(request: FederatedRequest, judge: (action: string) => Ruling): TargetFinding[] {
  const needed = [
    ...(request.tagged ? [['sts:TagSession', 'tag-session-not-allowed'] as const] : []),
    ...(request.sourceIdentity ? [['sts:SetSourceIdentity', 'source-identity-not-allowed'] as const] : []),
  ];
  return needed.flatMap(([action, code]): TargetFinding[] => {
    const { says, doubts } = judge(action);
    if (says === 'allowed') return [];
    return says === 'undecided'
      ? doubts.map(each => createTargetFinding('undecided', `${action}, ${each}`))
      : [createTargetFinding(code)];
  });
}

/** Finds who else is let in, by what is written. */
function checkOtherPrincipals(
  statements: readonly TrustStatement[],
  provider: string,
  trusted: TrustedIssuer,
): TargetFinding[] {
  return statements
    .filter(each => each.effect === 'Allow' && !each.exceptPrincipals)
    .flatMap(each => each.principals)
    .filter(each => ![provider, ...trusted.also].includes(each.name))
    .map(({ name }) =>
      name === '*'
        ? createTargetFinding('principal-wide', name)
        : createTargetFinding('principal-other', name),
    );
}

/** The trust policy that such a target should have, for every role that shares it. */
export function createFederatedPolicy(sharing: readonly FederatedRequest[], trusted: TrustedIssuer): object {
  const name = nameProvider(trusted.url);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KiteStsBySubject',
        Effect: 'Allow',
        Principal: { Federated: findProviderArn(sharing[0]?.arn ?? '', trusted.url) },
        Action: [
          ENTER,
          ...(sharing.some(each => each.sourceIdentity) ? ['sts:SetSourceIdentity'] : []),
          ...(sharing.some(each => each.tagged) ? ['sts:TagSession'] : []),
        ],
        Condition: { StringEquals: { [`${name}:aud`]: AUDIENCE, [`${name}:sub`]: trusted.subjects } },
      },
    ],
  };
}
