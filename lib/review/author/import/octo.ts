import { suggestWord } from '../../../language/nearest.ts';
import { isMapping } from '../../../policy/claims.ts';
import { findVocabularyTypes } from '../../../policy/issuer.ts';
import { NotCarried, readExpression } from './expression.ts';
import {
  type ClaimRule,
  createValueRule,
  type DraftStatement,
  type ImportEntry,
  type ImportedPolicy,
  type ImportNote,
  noteExact,
  noteLoss,
  omitInPart,
  omitStatement,
} from './imported.ts';
import { AUDIENCE, addSubjectClaims, checkLoadable, findFacts } from './issuer.ts';
import { readSubjects } from './subject.ts';

/** A `.sts.yaml` as plain data. */
type OctoFile = { readonly [key: string]: unknown };

/** octo-sts itself refuses the file, so nobody gets anything by it. */
export class OctoRefused extends Error {}

/** The App of the role and where it is, which the file does not say. */
export type OctoSetting = {
  readonly app?: string | undefined;
  readonly owner?: string | undefined;
  readonly repository?: string | undefined;
};

const KEYS = [
  'issuer',
  'issuer_pattern',
  'subject',
  'subject_pattern',
  'audience',
  'audience_pattern',
  'claim_pattern',
  'permissions',
  'repositories',
];

const TEXTS = KEYS.slice(0, 6);

function findWrongValue(policy: OctoFile): string | undefined {
  const text = TEXTS.find(key => key in policy && typeof policy[key] !== 'string');
  if (text !== undefined) return `${text} is not text.`;
  for (const key of ['claim_pattern', 'permissions']) {
    const value = policy[key] ?? {};
    if (!isMapping(value)) return `${key} is not a mapping.`;
    const wrong = Object.keys(value).find(name => typeof value[name] !== 'string');
    if (wrong !== undefined) return `${wrong} of ${key} is not text: put it in quotes.`;
  }
  const repositories = policy['repositories'] ?? [];
  const isList = Array.isArray(repositories) && repositories.every(each => typeof each === 'string');
  return isList ? undefined : 'repositories is not a list of names.';
}

/** octo-sts reads a file strictly, and wants one of each pair: https://github.com/octo-sts/app */
function findOctoRefusal(policy: OctoFile): string | undefined {
  const unknown = Object.keys(policy).find(key => !KEYS.includes(key));
  if (unknown !== undefined) return `it has no key "${unknown}".${suggestWord(unknown, KEYS)}`;
  const both = ['issuer', 'subject', 'audience'].find(key => policy[key] && policy[`${key}_pattern`]);
  if (both !== undefined) return `${both} and ${both}_pattern stand beside each other.`;
  const neither = ['issuer', 'subject'].find(key => !policy[key] && !policy[`${key}_pattern`]);
  if (neither !== undefined) return `it has neither ${neither} nor ${neither}_pattern.`;
  return findWrongValue(policy);
}

type CarriedPattern = { readonly rule: ClaimRule; readonly narrower: readonly string[] };

function readOctoPattern(expression: string): CarriedPattern {
  const { texts, patterns, narrower } = readExpression(expression);
  if (patterns.length === 0) return { rule: createValueRule(texts, false), narrower };
  if (texts.some(text => /[*?[{\\]/.test(text))) throw new NotCarried('a text that it lists is no pattern');
  return { rule: createValueRule([...patterns, ...texts], true), narrower };
}

/** Booleans are text to octo-sts. */
function convertBooleans(rule: ClaimRule, types: readonly string[] | undefined): ClaimRule {
  if (!types?.includes('boolean') || 'matches' in rule) return rule;
  const values = Object.values(rule).flat();
  const truths = values.map(value => (value === 'true' ? true : value === 'false' ? false : value));
  return createValueRule(truths, false);
}

type OctoClaims = {
  readonly claims: DraftStatement['claims'];
  readonly notes: readonly ImportNote[];
  readonly failed: readonly string[];
};

const NOTHING: OctoClaims = { claims: {}, notes: [], failed: [] };

function addRule(reading: OctoClaims, claim: string, read: () => CarriedPattern): OctoClaims {
  try {
    const { rule, narrower } = read();
    const notes = narrower.map(says => noteLoss(`${claim} is narrower here: ${says}.`));
    return { ...reading, claims: { ...reading.claims, [claim]: rule }, notes: [...reading.notes, ...notes] };
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    return { ...reading, failed: [...reading.failed, `${claim}: ${error.message}.`] };
  }
}

function readKeyText(policy: OctoFile, key: string): string {
  return String(policy[key] ?? '');
}

function readOctoClaims(policy: OctoFile, issuer: string): OctoClaims {
  const { vocabulary } = findFacts(issuer);
  let reading = addRule(NOTHING, 'sub', () =>
    policy['subject']
      ? { rule: { equals: readKeyText(policy, 'subject') }, narrower: [] }
      : readOctoPattern(readKeyText(policy, 'subject_pattern')),
  );
  for (const [claim, expression] of Object.entries((policy['claim_pattern'] ?? {}) as OctoFile)) {
    const types = vocabulary && findVocabularyTypes(vocabulary, claim);
    reading = addRule(reading, claim, () => {
      const { rule, narrower } = readOctoPattern(String(expression));
      return { rule: convertBooleans(rule, types), narrower };
    });
  }
  return reading;
}

/** Reads what a subject that cannot be carried says at its beginning, for the draft. */
function readSubjectStart(policy: OctoFile, iss: string): DraftStatement['claims'] {
  // The last character may be repeated by what follows it.
  const [plain = ''] = /^\^?[\w:/@-]*/.exec(readKeyText(policy, 'subject_pattern')) ?? [];
  const [rules = {}] = readSubjects(iss, { matches: `${plain.replace('^', '').slice(0, -1)}*` }).rules;
  return rules;
}

const CHARACTERS = noteExact(
  'octo-sts takes no token whose sub has white space, quotes, brackets or one of \\ < > ; & $: here the patterns decide.',
);

const NAME = 'The statement';

function importOctoIssuer(
  policy: OctoFile,
  iss: string,
  scopes: readonly string[] | undefined,
): ImportEntry[] {
  const { claims, notes, failed } = readOctoClaims(policy, iss);
  const draft: DraftStatement = { iss, ...(scopes ? { scopes } : {}), claims };
  const patterns = 'matches' in (claims['sub'] ?? {}) ? [CHARACTERS] : [];
  const carried = addSubjectClaims({ name: NAME, draft, notes: [AUDIENCE, ...patterns, ...notes] });
  if (failed.length > 0) {
    const found = (carried[0] ?? { draft }).draft;
    const begun = claims['sub'] ? {} : readSubjectStart(policy, iss);
    return [omitInPart(NAME, { ...found, claims: { ...begun, ...found.claims } }, ...failed)];
  }
  return carried.map(each => checkLoadable(each, 'trust'));
}

function readOctoIssuers(policy: OctoFile): readonly string[] {
  if (policy['issuer']) return [readKeyText(policy, 'issuer')];
  const { texts, patterns } = readExpression(readKeyText(policy, 'issuer_pattern'));
  if (patterns.length > 0) throw new NotCarried('an issuer stands by its URL here, never by a pattern');
  return texts;
}

function importOctoIssuers(policy: OctoFile, scopes: readonly string[] | undefined): ImportEntry[] {
  try {
    return readOctoIssuers(policy).flatMap(issuer => importOctoIssuer(policy, issuer, scopes));
  } catch (error) {
    if (error instanceof NotCarried) return [omitStatement(NAME, `issuer_pattern: ${error.message}.`)];
    throw error;
  }
}

type OctoGrant = { readonly github?: ImportedPolicy['github']; readonly notes: readonly ImportNote[] };

const SCOPE = 'token';

function readOctoGrant(policy: OctoFile, setting: OctoSetting): OctoGrant {
  const { app, owner, repository } = setting;
  const permissions = (policy['permissions'] ?? {}) as { readonly [name: string]: string };
  const listed = policy['repositories'] as readonly string[] | undefined;
  if (listed !== undefined && repository !== undefined)
    throw new OctoRefused('the policy of one repository has no repositories: leave --repository out.');
  const repositories = listed ?? (repository === undefined ? [] : [repository]);
  const missing = [
    ...(app === undefined ? ['--app, the client id of your GitHub App'] : []),
    ...(owner === undefined ? ['--owner, the organization that has it installed'] : []),
    ...(repositories.length === 0
      ? ['--repository: the file says none, which is the one that it lies in, or of an organization all']
      : []),
    ...(Object.keys(permissions).length === 0 ? ['permissions in the file'] : []),
  ];
  if (missing.length === 0 && app !== undefined && owner !== undefined)
    return { github: { app, owner, repositories, permissions: { [SCOPE]: permissions } }, notes: [] };
  const says = `What the role gives was left out: ${JSON.stringify({ permissions, repositories })}.`;
  return { notes: [noteLoss(`${says} It takes ${missing.join('; ')}.`)] };
}

/**
 * A trust policy of octo-sts (`.github/chainguard/<name>.sts.yaml`) as a role. Throws `OctoRefused` for a file that
 * octo-sts refuses itself.
 */
export function importOcto(policy: OctoFile, setting: OctoSetting = {}): ImportedPolicy {
  const refusal = findOctoRefusal(policy);
  if (refusal !== undefined) throw new OctoRefused(refusal);
  const { github, notes } = readOctoGrant(policy, setting);
  return { trust: importOctoIssuers(policy, github && [SCOPE]), deny: [], github, notes };
}
