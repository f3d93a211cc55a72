import { address } from './cidr.ts';
import { type Claims, type ClaimValue, claimAt } from './claims.ts';
import type { Complain, Complaint } from './complaint.ts';
import { type IssuerFacts, vocabularyTypes } from './issuer.ts';
import { didYouMean } from './nearest.ts';
import { member, parse, type ScalarTree, type Tree } from './parse.ts';
import type { Role } from './role.ts';
import {
  tree as anyTree,
  checked,
  integer,
  isIntegerText,
  list,
  object,
  oneOf,
  optional,
  placed,
  record,
  required,
  type Shape,
  text,
  time,
} from './shape.ts';
import { type Case, type CaseReason, type Expected, REASONS } from './trial.ts';

/** At most so many cases in one file. */
export const MAX_CASES = 200;

const scalarValue = ({ value, source, place }: ScalarTree, complain: Complain): ClaimValue | undefined => {
  if (typeof value !== 'number' || isIntegerText(source)) return value;
  complain(
    'wrong-value',
    place,
    `${source} is not a whole number within ±9007199254740991. Quote it if text is meant.`,
  );
  return undefined;
};

/** A claim's value as a token has it: any JSON, its objects without a prototype. */
const CLAIM: Shape<ClaimValue> = {
  says: 'a value as in a token',
  read(tree, complain) {
    if (tree.kind === 'scalar') return scalarValue(tree, complain);
    if (tree.kind === 'list') {
      const items = tree.items.map(item => CLAIM.read(item, complain));
      return items.every(item => item !== undefined) ? items : undefined;
    }
    const members: { [name: string]: ClaimValue } = Object.create(null);
    const values = tree.entries.map(({ key, value }) => [key, CLAIM.read(value, complain)] as const);
    for (const [key, value] of values) if (value !== undefined) members[key] = value;
    return values.every(([, value]) => value !== undefined) ? members : undefined;
  },
};

const SCOPES = list(text({ max: 128 }), 50);
const SECONDS = integer(1, 999_999, ' seconds');
const FILE = object({ cases: required(list(anyTree, MAX_CASES)) });
const CASE = object({
  name: required(placed(text({ max: 128 }))),
  from: optional(placed(text({ max: 128 }))),
  claims: optional(record(CLAIM)),
  without: optional(list(placed(text()))),
  allow: optional(placed(text())),
  deny: optional(placed(oneOf(...(Object.keys(REASONS) as CaseReason[])))),
  scopes: optional(placed(SCOPES)),
  seconds: optional(placed(SECONDS)),
  source_ip: optional(
    checked(text(), 'wrong-value', each =>
      address(each) ? undefined : `"${each}" is not an address such as 203.0.113.9.`,
    ),
  ),
  at: optional(time),
  request: optional(object({ scopes: optional(SCOPES), seconds: optional(SECONDS) })),
});

type Written = NonNullable<ReturnType<typeof CASE.read>>;

/** What a file of cases is read against: its role, and the issuers of broker.yml. */
export type CaseSetting = { readonly role: Role; readonly issuers: ReadonlyMap<string, IssuerFacts> };

type Reading = CaseSetting & {
  readonly complain: Complain;
  /** The claims of each case so far by name; undefined for one that could not be read. */
  readonly above: Map<string, Claims | undefined>;
};

const baseOf = ({ from, claims }: Written, tree: Tree, { above, complain }: Reading): Claims | undefined => {
  if (!from && !claims)
    complain('missing-key', tree.place, 'A case has claims, or takes those of a case above it with from.');
  if (!from) return claims && Object.create(null);
  if (!above.has(from.value))
    complain(
      'wrong-value',
      from.place,
      `No case above this one is named "${from.value}".${didYouMean(from.value, above.keys())}`,
    );
  return above.get(from.value);
};

const claimsOf = (written: Written, tree: Tree, reading: Reading): Claims | undefined => {
  const base = baseOf(written, tree, reading);
  if (!base) return undefined;
  const merged: { [name: string]: ClaimValue } = Object.assign(Object.create(null), base, written.claims);
  for (const { value, place } of written.without ?? []) {
    if (!Object.hasOwn(merged, value))
      reading.complain(
        'wrong-value',
        place,
        `The case has no claim "${value}" to leave out.${didYouMean(value, Object.keys(merged))}`,
      );
    delete merged[value];
  }
  return merged;
};

/** A misspelt claim would make a case pass for a reason that nobody meant. */
const complainOfNames = (claims: Claims, tree: Tree, { role, issuers, complain }: Reading): void => {
  const entries = member(tree, 'claims')?.value;
  const written = entries?.kind === 'map' ? entries.entries : [];
  const stray = written.find(
    ({ key }) => ['iss', 'sub', 'aud'].includes(key) && typeof claims[key] !== 'string',
  );
  if (stray)
    complain(
      'wrong-type',
      stray.value.place,
      `"${stray.key}" is text in every token that reaches a role. Leave it out for the usual one.`,
    );
  const issuer = claimAt(claims, 'iss') ?? role.trust[0]?.issuer;
  if (typeof issuer !== 'string') return;
  const facts = issuers.get(issuer);
  if (!facts) {
    complain(
      'issuer-unknown',
      written.find(({ key }) => key === 'iss')?.value.place ?? tree.place,
      `broker.yml lists no issuer "${issuer}", so its tokens are refused before any role.${didYouMean(issuer, issuers.keys())}`,
    );
    return;
  }
  const { vocabulary } = facts;
  for (const { key, place } of written) {
    if (vocabulary && !vocabularyTypes(vocabulary, key))
      complain(
        'claim-unknown',
        place,
        `${issuer} sends no claim "${key}".${didYouMean(key, Object.keys(vocabulary.claims))} A claim of your own is added under "claims" of its row in broker.yml.`,
      );
  }
};

const allowOf = ({ allow, scopes, seconds }: Written, { role, complain }: Reading): Expected | undefined => {
  if (!allow) return undefined;
  const ids = role.trust.map(({ id }) => id);
  if (!ids.includes(allow.value))
    complain(
      'wrong-value',
      allow.place,
      `${role.name} has no trust statement "${allow.value}".${didYouMean(allow.value, ids)}`,
    );
  return { allow: allow.value, scopes: scopes?.value, seconds: seconds?.value };
};

const expectedOf = (written: Written, tree: Tree, reading: Reading): Expected | undefined => {
  const { complain } = reading;
  const { allow, deny, scopes, seconds } = written;
  if (!allow && !deny)
    complain('missing-key', tree.place, 'A case says allow (a statement) or deny (a reason).');
  if (allow && deny) complain('wrong-value', deny.place, 'A case is either allowed or denied, not both.');
  if (!deny) return allowOf(written, reading);
  for (const granted of [scopes, seconds])
    if (granted)
      complain(
        'wrong-value',
        granted.place,
        'A denied case is granted nothing. What it asks for goes under request.',
      );
  return { deny: deny.value };
};

const caseOf = (tree: Tree, reading: Reading): Case | undefined => {
  const { role, above, complain } = reading;
  const written = CASE.read(tree, complain);
  const nameTree = member(tree, 'name')?.value;
  const name = written?.name.value ?? (nameTree?.kind === 'scalar' ? String(nameTree.value) : '');
  if (written && above.has(name))
    complain('duplicate-id', written.name.place, `Two cases have the name "${name}".`);
  const claims = written && claimsOf(written, tree, reading);
  if (!above.has(name)) above.set(name, claims);
  if (!written) return undefined;
  if (claims) complainOfNames(claims, tree, reading);
  const expected = expectedOf(written, tree, reading);
  // Without this a case would be green today and red on the day that the statement ends.
  if (written.at === undefined && [...role.trust, ...role.deny].some(({ until }) => until !== undefined))
    complain(
      'missing-key',
      tree.place,
      `${role.name} has a statement with until, so each case says at which time it asks: at.`,
    );
  if (!claims || !expected) return undefined;
  return {
    name,
    place: tree.place,
    claims,
    expected,
    access: {
      role: role.name,
      scopes: written.request?.scopes,
      seconds: written.request?.seconds,
      kinds: undefined,
    },
    context: { now: written.at ?? 0, sourceAddress: written.source_ip },
  };
};

/**
 * Reads the text of one `<role>.test.yml`, or complains of all that is wrong with it and gives undefined:
 * a case on a claim that the issuer never sends, or on a statement that is not there, would test nothing.
 */
export const parseCases = (
  file: string,
  source: string,
  setting: CaseSetting,
  complainTo: Complain,
): readonly Case[] | undefined => {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => {
    complaints.push({ rule, place, message });
    complainTo(rule, place, message);
  };
  const tree = parse(file, source, complain);
  const trees = (tree && FILE.read(tree, complain)?.cases) ?? [];
  const reading: Reading = { ...setting, complain, above: new Map() };
  const cases = trees.map(each => caseOf(each, reading)).filter(each => each !== undefined);
  return complaints.length > 0 ? undefined : cases;
};
