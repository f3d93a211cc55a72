import type { Complaints } from '../language/complaint.ts';
import { listBeyondBounds, writeBoundPolicy } from '../language/kinds/iam-bounds.ts';
import {
  checked,
  either,
  list,
  object,
  oneOf,
  optional,
  record,
  required,
  type Shape,
  text,
} from '../language/shape.ts';
import { scopeList } from '../language/statement.ts';
import { findEntry, type Tree } from '../language/tree.ts';
import { findPatternFault, matchGlob } from '../policy/glob.ts';
import type { Role } from '../policy/role.ts';
import { MAX_POLICY } from '../policy/targets/aws.ts';
import { isGcpScopeWithin } from '../policy/targets/gcp/scopes.ts';
import { LEVELS, type Level } from '../policy/targets/github.ts';
import type { KindName, Template } from '../policy/targets.ts';

/** The word for a kind whose rights are meant to have no bound of ours. */
const UNBOUNDED = oneOf('unbounded');

/** `*`, or a service and an action whose end may be `*`. */
const ACTION = text({
  max: 128,
  pattern: /^(\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+\*?))$/,
  says: 'an action such as s3:GetObject, s3:Get* or s3:*',
});
const RESOURCE = text({
  max: 512,
  pattern: /^(\*|arn:[^?$:{}]*(:[^?$:{}]*){3}:[^?${}]+)$/,
  says: 'a whole ARN, whose parts may hold *, or *',
});

const AWS = list(object({ actions: required(list(ACTION)), resources: required(list(RESOURCE)) }), 20);

const ACCOUNTS = list(
  checked(
    text({ max: 256, says: 'the address of a service account, or a pattern' }),
    'pattern-refused',
    name => (/[*?]/.test(name) ? findPatternFault(name) : undefined),
  ),
);

const PERMISSION = record(oneOf(...LEVELS), 50);

/** The most that the roles of a team can give, by kind of credential, and whom they may admit. */
export const CEILING = object({
  aws: optional(either(UNBOUNDED, AWS)),
  gcp: optional(
    either(UNBOUNDED, object({ scopes: required(scopeList), service_accounts: required(ACCOUNTS) })),
  ),
  azure: optional(UNBOUNDED),
  github: optional(either(UNBOUNDED, PERMISSION)),
  buildkite: optional(either(UNBOUNDED, scopeList)),
  oauth: optional(UNBOUNDED),
  jwt: optional(UNBOUNDED),
  jobs: optional(list(text({ max: 64, says: 'the name of a kind of job, such as push' }), 50)),
});

export type Ceiling = CeilingShape extends Shape<infer T> ? T : never;
type CeilingShape = typeof CEILING;

/** Of these we say neither rights nor scopes: the other side does, whatever we wish. */
const NOT_OURS: { readonly [kind in KindName]?: string } = {
  azure: 'what an application of Entra may do is said there',
  oauth: 'what its scopes mean, the service says',
  jwt: 'what a token of ours opens, whoever trusts it says',
};

/** A team with a ceiling says of each kind that it may give how far: silence would be a bound that binds nothing (T97). */
export function checkCeiling(
  team: { readonly ceiling?: Ceiling | undefined; readonly targets: { readonly [kind: string]: unknown } },
  tree: Tree | undefined,
  complaints: Complaints,
): void {
  const { ceiling, targets } = team;
  if (!ceiling || !tree) return;
  for (const kind of Object.keys(targets) as KindName[]) {
    if (ceiling[kind] !== undefined) continue;
    const why = NOT_OURS[kind];
    const says =
      why === undefined
        ? `targets has ${kind}, and the ceiling says nothing of it. Say how far its roles reach`
        : `A ceiling of ${kind} cannot be kept here: ${why}. Take ${kind} out of targets`;
    complaints.at(tree).say('missing-key', `${says}, or say ${kind}: unbounded.`);
  }
}

/** A part of a role that is beyond the ceiling, with the key of the role's file that says it. */
type Excess = readonly [key: string, says: string];

type KindTemplate<K extends KindName> = Extract<Template, { kind: K }>;
/** The bound of one kind, where a ceiling has one. */
type Bound<K extends keyof Ceiling> = Exclude<Ceiling[K], 'unbounded' | undefined>;

function findAwsExcess(template: KindTemplate<'aws'>, bounds: Bound<'aws'>): Excess[] {
  const { policy, policy_arns: arns } = template;
  if (arns.length > 0)
    return [
      [
        'policy_arns',
        'policy_arns are joined with the policy, so a ceiling would not bound them. Write what is needed into policy',
      ],
    ];
  if (policy)
    return listBeyondBounds(policy, bounds).map(({ action, resource }) => [
      'policy',
      `${action} on ${resource} is not within it`,
    ]);
  const { length } = JSON.stringify(writeBoundPolicy(bounds));
  if (length <= MAX_POLICY) return [];
  const says = `as a session policy it has ${length} characters of JSON, and AWS takes ${MAX_POLICY}: give this role a policy of its own`;
  return [['role_arn', says]];
}

function findGithubExcess(template: KindTemplate<'github'>, bound: Bound<'github'>): Excess[] {
  const isWithin = (name: string, level: Level): boolean => {
    const most = bound[name];
    return most !== undefined && LEVELS.indexOf(level) <= LEVELS.indexOf(most);
  };
  return Object.entries(template.permissions).flatMap(([scope, wanted]) =>
    Object.entries(wanted)
      .filter(([name, level]) => !isWithin(name, level))
      .map(
        ([name, level]): Excess => [
          'permissions',
          `${name}: ${level} of the scope ${scope} is not within it`,
        ],
      ),
  );
}

/** Each of these names that is not within the bound. */
function listBeyond(key: string, names: readonly string[], isWithin: (name: string) => boolean): Excess[] {
  return names.filter(name => !isWithin(name)).map(name => [key, `${name} is not within it`]);
}

function findBuildkiteExcess(template: KindTemplate<'buildkite'>, bound: Bound<'buildkite'>): Excess[] {
  return listBeyond('scopes', template.scopes, scope => bound.includes(scope));
}

function findGcpExcess(template: KindTemplate<'gcp'>, bound: Bound<'gcp'>): Excess[] {
  const { scopes, service_account, delegates } = template;
  const own = "what the pool's own principal may do is said by Google alone: name a service_account";
  return [
    ...(service_account === undefined ? [['audience', own] as const] : []),
    ...listBeyond('service_account', [service_account ?? [], delegates].flat(), account =>
      bound.service_accounts.some(pattern => pattern === account || matchGlob(pattern, account)),
    ),
    ...listBeyond('scopes', scopes, scope => isGcpScopeWithin(scope, bound.scopes)),
  ];
}

const EXCESS: { readonly [kind in KindName]?: (template: never, bound: never) => Excess[] } = {
  aws: findAwsExcess,
  github: findGithubExcess,
  buildkite: findBuildkiteExcess,
  gcp: findGcpExcess,
};

function listExcess(template: Template, ceiling: Ceiling): Excess[] {
  const bound = ceiling[template.kind];
  const find = EXCESS[template.kind] as ((template: Template, bound: unknown) => Excess[]) | undefined;
  return bound === undefined || bound === 'unbounded' ? [] : (find?.(template, bound) ?? []);
}

export type BoundedRole = {
  readonly role: Role;
  readonly tree: Tree;
  readonly team: string;
  readonly ceiling: Ceiling;
};

/** Complains of all that a role would give beyond its team's ceiling. */
export function checkRoleCeiling(bounded: BoundedRole, complaints: Complaints): void {
  const { role, tree, team, ceiling } = bounded;
  const { kind } = role.template;
  const under = findEntry(tree, kind);
  for (const [key, says] of listExcess(role.template, ceiling))
    complaints
      .at((under && findEntry(under.value, key)) ?? under ?? tree)
      .say('team-exceeded', `Ceiling of team ${team} for ${kind}: ${says}.`);
}

/** The role with the ceiling for its session policy, where it has none of its own: AWS then gives what both allow. */
export function boundRole(role: Role, ceiling: Ceiling | undefined): Role {
  const { template } = role;
  const aws = ceiling?.aws;
  if (template.kind !== 'aws' || template.policy || aws === undefined || aws === 'unbounded') return role;
  return { ...role, template: { ...template, policy: writeBoundPolicy(aws) } };
}
