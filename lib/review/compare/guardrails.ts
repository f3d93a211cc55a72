import type { AuditSetting } from '../../config/audit.ts';
import type { Ceiling } from '../../config/ceilings.ts';
import type { Invariant } from '../../config/invariants.ts';
import type { Teams } from '../../config/teams.ts';
import type { IamBound } from '../../language/kinds/iam-bounds.ts';
import { isMapping } from '../../policy/claims.ts';
import { LEVELS, type Level } from '../../policy/targets/github.ts';
import type { Limits } from '../../stores/limits.ts';
import { createPattern, isCovering } from '../space/automaton.ts';
import type { MemberChange } from './members.ts';

/** Bounds of all roles, whoever edits them: less of them is wider, though no role has changed. */
export type Guardrails = {
  readonly teams?: Teams | undefined;
  readonly invariants?: readonly Invariant[] | undefined;
  readonly limits?: Limits | undefined;
  readonly audit?: AuditSetting | undefined;
};

type GuardrailMembers = ReadonlyMap<string, unknown>;

/** Of these, what is new can only take away; of all others, what is new may give. */
const BOUNDS =
  /^(teams|invariants|audit)$|^teams\..*\.(max_seconds|ceiling)$|^teams\..*\.ceiling\.|^invariants\./;

const CEILING = /^teams\..*\.ceiling\./;

/** Of these, less is narrower. */
const MOST = /^limits\.|\.max_seconds$/;

/** Guardrails that are not what they were. */
export function findGuardrailChanges(before: Guardrails, after: Guardrails): MemberChange[] {
  const [old, now] = [flattenGuardrails(before), flattenGuardrails(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter(member => stripWording(old.get(member)) !== stripWording(now.get(member)))
    .filter(member => !isToldAbove(member, old, now))
    .map(member => ({
      member,
      before: quoteSentence(old.get(member)),
      after: quoteSentence(now.get(member)),
      narrower: isNarrowerGuardrail(member, old.get(member), now.get(member)),
    }));
}

/** A sentence is told as it reads, and not by what it is made of. */
function quoteSentence(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'says' in value ? value.says : value;
}

/** Two wordings of one sentence are no change, so they are compared without. */
function stripWording(value: unknown): string {
  return JSON.stringify(value, (name, each: unknown) => (name === 'says' ? undefined : each)) ?? '';
}

function flattenGuardrails(guardrails: Guardrails): GuardrailMembers {
  const { teams, invariants, limits, audit } = guardrails;
  return new Map<string, unknown>([
    ...(teams ? flattenMembers('teams', { there: true, owners: teams.owners, ...withCeilings(teams) }) : []),
    ...(invariants ?? []).map((each): [string, unknown] => [`invariants.${each.id}`, each]),
    ...(limits ? flattenMembers('limits', limits) : []),
    ...(audit ? flattenMembers('audit', { there: true, ...audit }) : []),
  ]);
}

/** Each thing that a ceiling allows as a text of its own, so that less of them is narrower. */
function flattenCeiling(ceiling: Ceiling): { readonly [part: string]: unknown } {
  const { aws, github, gcp, ...others } = ceiling;
  return {
    there: true,
    ...others,
    ...(Array.isArray(aws) ? { aws: aws.flatMap(describeBound) } : { aws }),
    ...(typeof gcp === 'object'
      ? { gcp: { scopes: gcp.scopes, service_accounts: gcp.service_accounts } }
      : { gcp }),
    github: typeof github === 'object' ? Object.entries(github).flatMap(listLevels) : github,
  };
}

function describeBound(iamBound: IamBound): string[] {
  return iamBound.actions.flatMap(action => iamBound.resources.map(resource => `${action} on ${resource}`));
}

/** Who may write may read. */
function listLevels([name, level]: readonly [string, Level]): string[] {
  return LEVELS.slice(0, LEVELS.indexOf(level) + 1).map(each => `${name}: ${each}`);
}

function withCeilings(owned: Teams): { readonly [team: string]: unknown } {
  return Object.fromEntries(
    Object.entries(owned.teams).map(([name, team]) => [
      name,
      team.ceiling ? { ...team, ceiling: flattenCeiling(team.ceiling) } : team,
    ]),
  );
}

function flattenMembers(name: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  if (!isMapping(value)) return [[name, value]];
  return Object.entries(value).flatMap(([key, each]) =>
    flattenMembers(key === 'there' ? name : `${name}.${key}`, each),
  );
}

/** A file that is new or gone is one change, not one for each of its lines. */
function isToldAbove(member: string, old: GuardrailMembers, now: GuardrailMembers): boolean {
  const [ceiling] = /^teams\..*\.ceiling(?=\.)/.exec(member) ?? [];
  return ['teams', 'audit', ...(ceiling === undefined ? [] : [ceiling])].some(
    whole => member.startsWith(`${whole}.`) && old.has(whole) !== now.has(whole),
  );
}

function isNarrowerGuardrail(member: string, before: unknown, after: unknown): boolean {
  if (before === undefined) return BOUNDS.test(member);
  if (after === undefined) return !BOUNDS.test(member);
  if (CEILING.test(member)) return isCeilingNarrower(before, after);
  if (Array.isArray(before) && Array.isArray(after)) return after.every(each => before.includes(each));
  if (typeof before === 'number' && typeof after === 'number') return MOST.test(member) && after < before;
  return member === 'audit.required' && after === true;
}

function isCeilingNarrower(before: unknown, after: unknown): boolean {
  if (before === 'unbounded') return true;
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  return after.every(each =>
    before.some(wide => isCovering(createPattern(wide, false), createPattern(each, false))),
  );
}
