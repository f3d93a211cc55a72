import type { Truth } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { KeyLookup, KeyValues } from './condition.ts';
import { found, lengthFindings, type TargetFinding, withoutRepeats } from './findings.ts';
import { isActionCovered, judgeStatements, type Ruling } from './request.ts';
import type { TargetRole, TrustStatement } from './trust.ts';

const ENTER = 'sts:AssumeRoleWithWebIdentity';
/** What our JWT for AWS is minted for, as lib/providers/aws.ts has it. */
const AUDIENCE = 'sts.amazonaws.com';

/** What a role via web_identity asks of its target. */
export type FederatedAsked = {
  readonly role: string;
  readonly arn: string;
  readonly subject: string;
  readonly tagged: boolean;
  readonly sourceIdentity: boolean;
  /** The longest session that the role gives. */
  readonly seconds: number;
};

/** What each `aws` role via web_identity asks: the target trusts our JWT, and not our role. */
export function listFederated(roles: readonly Role[]): FederatedAsked[] {
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

type Presented = { readonly audience: string; readonly subject: string };

function keysOf(
  { tagged, sourceIdentity }: FederatedAsked,
  { audience, subject }: Presented,
  url: string,
): KeyLookup {
  const name = nameProvider(url).toLowerCase();
  const unknown: KeyValues = { values: [undefined] };
  const known: { readonly [key: string]: KeyValues } = {
    [`${name}:aud`]: { values: [audience] },
    [`${name}:sub`]: { values: [subject] },
    [`${name}:iss`]: { values: [url] },
    'sts:rolesessionname': unknown,
    'sts:sourceidentity': sourceIdentity ? unknown : { values: [] },
    'aws:securetransport': { values: ['true'] },
    ...(tagged ? {} : { 'aws:tagkeys': { values: [], many: true } }),
  };
  return key => (Object.hasOwn(known, key) ? known[key] : undefined);
}

function isProvider({ exceptPrincipals, principals }: TrustStatement, arn: string): Truth {
  if (exceptPrincipals) return 'doubt';
  return principals.some(({ name }) => name === arn || name === '*') ? 'true' : 'false';
}

/** Subjects that the conditions speak of, read as patterns, and one that they do not. */
function listOtherSubjects(
  statements: readonly TrustStatement[],
  { url, subjects }: TrustedIssuer,
): string[] {
  const key = `${nameProvider(url)}:sub`.toLowerCase();
  const written = statements
    .flatMap(({ conditions }) => conditions)
    .filter(each => each.key.toLowerCase() === key)
    .flatMap(({ operands }) => operands.map(each => each.replace(/[*?]/g, 'x')));
  return [...new Set([...written, 'role:any-other'])].filter(each => !subjects.includes(each));
}

/** All that is wrong with the target of one role via web_identity. Pure, as `findingsFor` is. */
export function findFederatedFaults(
  asked: FederatedAsked,
  target: TargetRole | undefined,
  trusted: TrustedIssuer,
): TargetFinding[] {
  if (!target) return [found('target-unknown')];
  const { statements } = target;
  const provider = findProviderArn(asked.arn, trusted.url);
  const right: Presented = { audience: AUDIENCE, subject: asked.subject };
  const judge = (presented: Presented, action = ENTER): Ruling =>
    judgeStatements(statements, action, keysOf(asked, presented, trusted.url), each =>
      isProvider(each, provider),
    );
  return withoutRepeats([
    ...findEntrance(judge(right), statements, provider),
    ...(judge({ ...right, audience: 'any-other' }).says === 'allowed'
      ? [found('audience-not-demanded')]
      : []),
    ...(listOtherSubjects(statements, trusted).some(
      subject => judge({ ...right, subject }).says === 'allowed',
    )
      ? [found('subject-not-demanded')]
      : []),
    ...findBeside(asked, action => judge(right, action)),
    ...findOthers(statements, provider, trusted),
    ...lengthFindings(asked, target),
  ]);
}

function findEntrance(
  { says, doubts }: Ruling,
  statements: readonly TrustStatement[],
  provider: string,
): TargetFinding[] {
  if (says === 'denied') return [found('explicitly-denied', ENTER)];
  if (says === 'undecided') return doubts.map(each => found('undecided', `${ENTER}, ${each}`));
  if (says === 'allowed') return [];
  const isNamed = statements.some(
    each => each.effect === 'Allow' && isActionCovered(each, ENTER) && isProvider(each, provider) !== 'false',
  );
  return [found(isNamed ? 'condition-not-met' : 'issuer-not-trusted')];
}

/** What comes along with the JWT needs a right of its own. */
function findBeside(
  { tagged, sourceIdentity }: FederatedAsked,
  judge: (action: string) => Ruling,
): TargetFinding[] {
  const needed = [
    ...(tagged ? [['sts:TagSession', 'tag-session-not-allowed'] as const] : []),
    ...(sourceIdentity ? [['sts:SetSourceIdentity', 'source-identity-not-allowed'] as const] : []),
  ];
  return needed.flatMap(([action, code]): TargetFinding[] => {
    const { says, doubts } = judge(action);
    if (says === 'allowed') return [];
    return says === 'undecided'
      ? doubts.map(each => found('undecided', `${action}, ${each}`))
      : [found(code)];
  });
}

/** Finds who else is let in, by what is written. */
function findOthers(
  statements: readonly TrustStatement[],
  provider: string,
  { also }: TrustedIssuer,
): TargetFinding[] {
  return statements
    .filter(({ effect, exceptPrincipals }) => effect === 'Allow' && !exceptPrincipals)
    .flatMap(({ principals }) => principals)
    .filter(({ name }) => ![provider, ...also].includes(name))
    .map(({ name }) => (name === '*' ? found('principal-wide', name) : found('principal-other', name)));
}

/** The trust policy that such a target should have, for every role that shares it. */
export function writeFederatedPolicy(
  sharing: readonly FederatedAsked[],
  { url, subjects }: TrustedIssuer,
): object {
  const name = nameProvider(url);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KiteStsBySubject',
        Effect: 'Allow',
        Principal: { Federated: findProviderArn(sharing[0]?.arn ?? '', url) },
        Action: [
          ENTER,
          ...(sharing.some(({ sourceIdentity }) => sourceIdentity) ? ['sts:SetSourceIdentity'] : []),
          ...(sharing.some(({ tagged }) => tagged) ? ['sts:TagSession'] : []),
        ],
        Condition: { StringEquals: { [`${name}:aud`]: AUDIENCE, [`${name}:sub`]: subjects } },
      },
    ],
  };
}
