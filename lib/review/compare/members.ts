import { isPolicyInside } from '../../language/kinds/iam-bounds.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import type { Statement } from '../../policy/statement.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { describeTarget } from './gives.ts';
import type { PolicyItem } from './item.ts';

/** A member of a role or of an issuer's row that is not what it was. Only some have a direction that is known. */
export type MemberChange = {
  readonly member: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly narrower: boolean;
};

export function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

type ItemMembers = { readonly [member: string]: unknown };

/** Of these, less is known to be narrower. */
const LENGTHS = ['session.seconds', 'session.max', 'seconds', 'maxTokenLifetime'];

/** Of what is demanded of the job, more is narrower. */
const DEMANDED = ['running', 'approval.step', 'approval.by', 'approval.within'];

function isDemandNarrower(member: string, before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === undefined;
  if (member === 'approval.within') return (after as number) < (before as number);
  const names = before as readonly unknown[];
  return member === 'approval.by' && (after as readonly unknown[]).every(each => names.includes(each));
}

type SessionPolicy = { readonly [key: string]: unknown };

/**
 * A session gets what its role and its policy both allow. Where there was none, whatever comes takes away, but for
 * managed policies beside it: with those AWS joins it, and it gives.
 */
function isSessionNarrower(before: ItemMembers, after: ItemMembers): boolean {
  const [was, is] = [before, after].map(members => members['aws.policy'] as SessionPolicy | undefined);
  const arns = after['aws.policy_arns'];
  if (is === undefined) return false;
  return was === undefined ? Array.isArray(arns) && arns.length === 0 : isPolicyInside(is, was);
}

function isNarrowerMember(member: string, before: unknown, after: unknown): boolean {
  if (DEMANDED.includes(member)) return isDemandNarrower(member, before, after);
  // Where events come from says nothing until a role looks at them, and no role is without them.
  if (member === 'events') return before === undefined;
  if (LENGTHS.includes(member))
    return typeof before === 'number' && typeof after === 'number' && after < before;
  if (member.startsWith('knowingly.')) return after === undefined;
  return member === 'single_use' && after === true;
}

export function compareMembers(before: ItemMembers, after: ItemMembers): MemberChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(member => !isSameJson(before[member], after[member]))
    .map(member => ({
      member,
      before: before[member],
      after: after[member],
      narrower:
        member === 'aws.policy'
          ? isSessionNarrower(before, after)
          : isNarrowerMember(member, before[member], after[member]),
    }));
}

/** Each kind of job that a statement means to admit, with the reason. */
function listKnowingly(trust: readonly Statement[]): ItemMembers {
  return Object.fromEntries(
    trust.flatMap(({ id, knowingly }) =>
      (knowingly?.jobs ?? []).map(job => [`knowingly.${id}.${job}`, knowingly?.reason]),
    ),
  );
}

/** Lists the members of a role that say what it gives, and how often, beside whom it admits. */
function flattenRole(role: Role): ItemMembers {
  const {
    template: { kind, ...template },
    session,
    singleUse,
    audience,
    trust,
    running,
    approval,
  } = role;
  return {
    audience,
    ...Object.fromEntries(Object.entries(template).map(([name, value]) => [`${kind}.${name}`, value])),
    'session.seconds': session.seconds,
    'session.max': session.max,
    single_use: singleUse,
    running,
    'approval.step': approval?.step,
    'approval.by': approval?.by.map(each => `${each.name} (${each.id})`),
    'approval.within': approval?.within,
    ...listKnowingly(trust),
  };
}

/** Which methods need which scope, and where. */
function flattenRegistry(registry: Registry): ItemMembers {
  const { path, methods, audience, trust } = registry;
  return {
    ...listKnowingly(trust),
    audience,
    path,
    ...Object.fromEntries(Object.entries(methods).map(([method, scope]) => [`methods.${method}`, scope])),
  };
}

export function flattenItem(item: PolicyItem): ItemMembers {
  return 'template' in item ? flattenRole(item) : flattenRegistry(item);
}

/**
 * Lists the members of an issuer's row that let tokens in before any role is asked, but for its guard, which is part
 * of admission.
 */
export function flattenRow(row: IssuerRow): ItemMembers {
  const { origin, algorithms, maxTokenLifetime, allowPrivateNetwork, events, running } = row;
  return { ...origin, algorithms, maxTokenLifetime, allowPrivateNetwork, events, running };
}

/** Describes what a role gives, or a registry opens. */
export function describeGift(item: PolicyItem): string {
  return 'template' in item
    ? describeTarget(item.template)
    : `registry: path ${item.path}, methods ${Object.keys(item.methods).join(' ')}`;
}
