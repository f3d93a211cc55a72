import { plainAt } from './policy/claims.ts';
import type { IssuerRow } from './token/issuer.ts';
import type { VerifiedToken } from './token/verify.ts';

/** Whom a session is for and who vouched for it: all by which it can be switched off. Plain data, and no secret. */
export type Origin = {
  readonly issuer: string;
  readonly keyId: string;
  /** As the audit event has them; undefined where the token does not say. */
  readonly organization: string | undefined;
  readonly pipeline: string | undefined;
  /** Undefined where no role is asked for. */
  readonly role: string | undefined;
};

/** What can be switched off, and the names by which it is: its own first, then those of what it is part of. */
const NAMES = {
  issuer: ({ issuer }) => [issuer],
  kid: ({ keyId }) => [keyId],
  organization: ({ organization, issuer }) => [organization, issuer],
  pipeline: ({ pipeline, organization, issuer }) => [pipeline, organization, issuer],
  role: ({ role }) => [role ?? ''],
} as const satisfies { readonly [what: string]: (origin: Origin) => readonly (string | undefined)[] };

export type What = keyof typeof NAMES;

/** What is thrown or denied for each. The first two are told to all whose token is good. */
const REASONS = {
  issuer: 'issuer_switched_off',
  kid: 'key_switched_off',
  organization: 'caller_switched_off',
  pipeline: 'caller_switched_off',
  role: 'role_switched_off',
} as const satisfies { readonly [what in What]: string };
export type SwitchReason = (typeof REASONS)[What];

/** Who vouches: looked at before any policy. */
export const VOUCHERS: readonly What[] = ['issuer', 'kid'];
export const ALL = Object.keys(NAMES) as readonly What[];

/** One switch, as it was set last. */
export type Switch = {
  readonly what: What;
  readonly names: readonly string[];
  readonly off: boolean;
  readonly reason: string;
  /** Who set it, such as the ARN that AWS knows them by. */
  readonly by: string;
  /** When, in ISO 8601. */
  readonly at: string;
};

/** What is switched off at this moment, read anew often enough. Throws `switches_unavailable`. */
export type Switches = () => Promise<readonly Switch[]>;

/** Nothing can be switched off where there is no other process to hear of it: the laptop. */
export const NO_SWITCHES: Switches = async () => [];

const label = (token: VerifiedToken, name: string | undefined): string | undefined => {
  const value = plainAt(token.claims, name);
  return value === undefined ? undefined : String(value);
};

export const originOf = (token: VerifiedToken, row: IssuerRow | undefined, role?: string): Origin => ({
  issuer: token.issuer,
  keyId: token.keyId,
  organization: label(token, row?.labels.organization),
  pipeline: label(token, row?.labels.pipeline),
  role,
});

/** A token that does not say of which organization it is could be of the one that is off: in doubt it is. */
const strikes = ({ what, names, off }: Switch, origin: Origin): boolean =>
  off && NAMES[what](origin).every((name, index) => name === undefined || name === names[index]);

/** The switch that is in the way of this origin, if one of these kinds is. */
export const struck = (
  switches: readonly Switch[],
  origin: Origin,
  among: readonly What[] = ALL,
): Switch | undefined => switches.find(each => among.includes(each.what) && strikes(each, origin));

export const reasonOf = ({ what }: Switch): SwitchReason => REASONS[what];

/** For the log: what is off, by whom, since when and why. */
export const switchText = ({ what, names, by, at, reason }: Switch): string =>
  `${what} ${names.join(' of ')}, by ${by} at ${at}: ${reason}`;

const isWhat = (word: unknown): word is What => typeof word === 'string' && Object.hasOwn(NAMES, word);

/** How many names it has. */
export const namesOf = (what: What): number =>
  NAMES[what]({ issuer: '', keyId: '', organization: '', pipeline: '', role: '' }).length;

/** `["role","deploy-web"]`: the key under which a switch is kept, and the one way to write it. */
export const switchKey = ({ what, names }: Pick<Switch, 'what' | 'names'>): string =>
  JSON.stringify([what, ...names]);

/** Reads such a key; undefined for what is none. */
export const readSwitchKey = (key: string): Pick<Switch, 'what' | 'names'> | undefined => {
  let read: unknown;
  try {
    read = JSON.parse(key);
  } catch {
    return undefined;
  }
  const [what, ...names] = Array.isArray(read) ? (read as unknown[]) : [];
  return isWhat(what) && names.length === namesOf(what) && names.every(name => typeof name === 'string')
    ? { what, names }
    : undefined;
};
