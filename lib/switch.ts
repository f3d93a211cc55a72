import { DEMANDS, type DemandName } from './policy/demand.ts';
import type { Origin } from './token/origin.ts';

/** All that can be switched off, and the names by which it is: its own first, then those of what it is part of. */
const NAMES = {
  issuer: ({ issuer }) => [issuer],
  kid: ({ keyId }) => [keyId],
  organization: ({ organization, issuer }) => [organization, issuer],
  pipeline: ({ pipeline, organization, issuer }) => [pipeline, organization, issuer],
  role: ({ role }) => [role ?? ''],
  // Of a role, and no switch: what it demands of the job, suspended for some hours.
  running: ({ role }) => [role ?? ''],
  approval: ({ role }) => [role ?? ''],
} as const satisfies { readonly [what: string]: (origin: Origin) => readonly (string | undefined)[] };

export type SwitchSubject = keyof typeof NAMES;
/** A kind of thing that can be switched off. */
export type SwitchKind = Exclude<SwitchSubject, DemandName>;

/** The reason that is thrown or denied for each. The first two are told to all whose token is good. */
const REASONS = {
  issuer: 'issuer_switched_off',
  kid: 'key_switched_off',
  organization: 'caller_switched_off',
  pipeline: 'caller_switched_off',
  role: 'role_switched_off',
} as const satisfies { readonly [what in SwitchKind]: string };
export type SwitchReason = (typeof REASONS)[SwitchKind];

/** Who vouches: looked at before any policy. */
export const VOUCHERS: readonly SwitchKind[] = ['issuer', 'kid'];
export const SWITCH_KINDS = Object.keys(REASONS) as readonly SwitchKind[];

/** One switch, as it was set last. */
export type Switch = {
  readonly what: SwitchSubject;
  readonly names: readonly string[];
  /** The immutable id of an organization or a pipeline: it strikes whatever the name is by now. */
  readonly id?: string;
  /** A token without the id is not struck: the operator has said so. */
  readonly byName?: boolean;
  /** Until when a demand is suspended, in ISO 8601. A switch has no end. */
  readonly until?: string;
  readonly off: boolean;
  readonly reason: string;
  /** Who set it, such as the ARN that AWS knows them by. */
  readonly by: string;
  /** When, in ISO 8601. */
  readonly at: string;
};

/** Reads all switches as they are at this moment, read anew often enough. Throws `switches_unavailable`. */
export type Switches = () => Promise<readonly Switch[]>;

/** Nothing can be switched off where there is no other process to hear of it: the laptop. */
export const NO_SWITCHES: Switches = async () => [];

/** Kinds that have an id of their own beside their name. */
type IdentifiedKind = 'organization' | 'pipeline';

function isIdentified(what: SwitchSubject): what is IdentifiedKind {
  return what === 'organization' || what === 'pipeline';
}

/**
 * Whether a name is the switched one, in any case: vendors take `Acme` for `acme`. GitLab's groups are in groups, so who
 * is below `acme` is of `acme` too. A token that does not say could be of the one that is off: in doubt it is.
 */
function isSameName(name: string | undefined, switched: string | undefined, what: SwitchSubject): boolean {
  if (name === undefined || name === switched) return true;
  if (!isIdentified(what) || switched === undefined) return false;
  const [own, other] = [name.toLowerCase(), switched.toLowerCase()];
  return own === other || (what === 'organization' && own.startsWith(`${other}/`));
}

/** The kind of each name: an organization or a pipeline ends with its issuer, which is compared byte for byte. */
const PARTS: { readonly [what in SwitchSubject]: readonly SwitchSubject[] } = {
  issuer: ['issuer'],
  kid: ['kid'],
  organization: ['organization', 'issuer'],
  pipeline: ['pipeline', 'organization', 'issuer'],
  role: ['role'],
  running: ['running'],
  approval: ['approval'],
};

/** Whether all names are those of the switch: its own, and those of what it is part of. */
function hasNames(each: Switch, origin: Origin): boolean {
  const { what, names } = each;
  return NAMES[what](origin).every((name, index) =>
    isSameName(name, names[index], PARTS[what][index] ?? what),
  );
}

/** Finds the claim by which a token would say its id, where a switch knows that and the token does not (threat T94). */
export function findMissingId(each: Switch, origin: Origin): string | undefined {
  const { what, names, id, byName } = each;
  if (!isIdentified(what) || id === undefined || byName) return undefined;
  const own = what === 'pipeline' ? origin.pipelineId : origin.organizationId;
  if (own !== undefined || origin.issuer !== names.at(-1)) return undefined;
  const elsewhere = what === 'pipeline' && !isSameName(origin.organization, names[1], 'organization');
  return elsewhere ? undefined : origin.idClaims?.[what];
}

/** Whether the id is that of the switch: whatever it is called by now, and wherever it was moved. */
function hasId(each: Switch, origin: Origin): boolean {
  const { what, names, id } = each;
  if (!isIdentified(what) || id === undefined || origin.issuer !== names.at(-1)) return false;
  return (what === 'pipeline' ? origin.pipelineId : origin.organizationId) === id;
}

/** Either strikes, the id or the names: of one that was renamed, and of one that has the old name now. */
function isStruck(each: Switch, origin: Origin): boolean {
  if (!each.off) return false;
  return hasNames(each, origin) || hasId(each, origin) || findMissingId(each, origin) !== undefined;
}

/** Finds the switch that is in the way of this origin, if one of these kinds is. */
export function findSwitch(
  switches: readonly Switch[],
  origin: Origin,
  among: readonly SwitchKind[] = SWITCH_KINDS,
): Switch | undefined {
  return switches.find(each => among.some(what => what === each.what) && isStruck(each, origin));
}

/** Finds the reason of a switch that struck. Throws for a suspension, which strikes nobody. */
export function findSwitchReason(each: Switch): SwitchReason {
  const { what } = each;
  if (what === 'running' || what === 'approval') throw new Error(`${what} is no switch`);
  return REASONS[what];
}

/** Hours for which a demand can be suspended at most: events that are lost for longer must be mended. */
export const LONGEST_SUSPENSION = 72;

/** Whether what was set still holds: a suspension ends by itself. `now` is in seconds since the epoch. */
export function isInForce(each: Switch, now: number): boolean {
  return each.off && (each.until === undefined || Date.parse(each.until) > now * 1000);
}

/** Whether this suspends something now. What has no end, or one too far away, suspends nothing. */
function isSuspending(each: Switch, now: number): boolean {
  const { off, at, until = '' } = each;
  const [begin, end] = [Date.parse(at), Date.parse(until)];
  return off && end - begin <= LONGEST_SUSPENSION * 3_600_000 && end > now * 1000;
}

/** Finds the demands of a role that an operator has suspended for now. `now` is in seconds since the epoch. */
export function findSuspended(switches: readonly Switch[], role: string, now: number): DemandName[] {
  return DEMANDS.filter(demand =>
    switches.some(each => each.what === demand && each.names[0] === role && isSuspending(each, now)),
  );
}

/** Describes a switch for the log: what is off, by whom, since when and why. */
export function describeSwitch(each: Switch): string {
  const { what, names, id, by, at, reason } = each;
  return `${what} ${names.join(' of ')}${id === undefined ? '' : ` (id ${id})`}, by ${by} at ${at}: ${reason}`;
}

function isSwitchSubject(word: unknown): word is SwitchSubject {
  return typeof word === 'string' && Object.hasOwn(NAMES, word);
}

/** Counts the names that a switch of this kind has. */
export function countNames(what: SwitchSubject): number {
  return NAMES[what]({ issuer: '', keyId: '', organization: '', pipeline: '', role: '' }).length;
}

/** `["role","deploy-web"]`: the key under which a switch is kept, and the one way to write it. */
export function writeSwitchKey(each: Pick<Switch, 'what' | 'names'>): string {
  return JSON.stringify([each.what, ...each.names]);
}

/** Reads such a key; undefined for what is none. */
export function readSwitchKey(key: string): Pick<Switch, 'what' | 'names'> | undefined {
  let read: unknown;
  try {
    read = JSON.parse(key);
  } catch {
    return undefined;
  }
  const [what, ...names] = Array.isArray(read) ? (read as unknown[]) : [];
  return isSwitchSubject(what) &&
    names.length === countNames(what) &&
    names.every(name => typeof name === 'string')
    ? { what, names }
    : undefined;
}
