import type { Invariant } from '../../config/invariants.ts';
import { matchGlob } from '../../policy/glob.ts';
import type { PolicyItem } from './item.ts';
import type { MemberChange } from './members.ts';
import type { PolicySet, PolicyVersions } from './policy.ts';

type RenamedItem = { readonly of: 'role' | 'registry'; readonly before: string; readonly after: string };

/** Writes what a role gives and a registry opens, but for what is made of its own name. */
function stripName(item: PolicyItem): string {
  const text = JSON.stringify(
    'methods' in item ? [item.path, item.methods, item.audience] : [item.template, item.session],
  );
  return text
    .replaceAll(`"role:${item.name}"`, '"role:"')
    .replaceAll(`"kite-sts:${item.name}"`, '"kite-sts:"');
}

/** New names with the old ones that went: only where one alone went and one alone came that gives the same. */
export function findRenamed(
  old: ReadonlyMap<string, PolicyItem>,
  now: ReadonlyMap<string, PolicyItem>,
): Map<string, string> {
  const gone = groupByGift([...old.values()].filter(each => !now.has(each.name)));
  const come = groupByGift([...now.values()].filter(each => !old.has(each.name)));
  return new Map(
    [...come].flatMap(([gift, names]) => {
      const was = gone.get(gift);
      return was?.length === 1 && names.length === 1 ? [[names[0], was[0]] as [string, string]] : [];
    }),
  );
}

function groupByGift(items: readonly PolicyItem[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const item of items) {
    const gift = stripName(item);
    groups.set(gift, [...(groups.get(gift) ?? []), item.name]);
  }
  return groups;
}

/** Calls a change narrower that is made of the role's own name alone: the other side must be told the new one first. */
export function allowNewName(change: MemberChange, item: RenamedItem): MemberChange {
  const ofName = ['role:', 'kite-sts:'].some(
    prefix => change.before === prefix + item.before && change.after === prefix + item.after,
  );
  return ofName ? { ...change, narrower: true } : change;
}

/** By a new name a role can leave a sentence that was about the old one, and its team. */
export function findLostGuards(item: RenamedItem, policies: PolicyVersions): MemberChange[] {
  const { of, before, after } = item;
  const speaks = (invariant: Invariant, name: string) =>
    (of === 'role' ? invariant.roles : invariant.registries).some(pattern => matchGlob(pattern, name));
  const left = (policies.after.invariants ?? []).filter(each => speaks(each, before) && !speaks(each, after));
  const [was, is] = [findTeamName(policies.before, before), findTeamName(policies.after, after)];
  return [
    ...left.map(each => ({
      member: `invariants.${each.id}`,
      before: 'speaks of it',
      after: 'does not speak of it',
      narrower: false,
    })),
    ...(was === is ? [] : [{ member: 'team', before: was, after: is, narrower: was === undefined }]),
  ];
}

function findTeamName(policy: PolicySet, name: string): string | undefined {
  return Object.entries(policy.teams?.teams ?? {}).find(([, { roles }]) =>
    roles.some(pattern => matchGlob(pattern, name)),
  )?.[0];
}
