import type { Complain } from '../complaint.ts';
import { suggestWord } from '../nearest.ts';
import { type Entry, findEntry, type MapTree, type Tree } from '../parse.ts';

/**
 * The grammar of IAM's policies, as much as can be told without an account: with anything that is complained of here,
 * AWS answers every exchange with MalformedPolicyDocument.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
const OF_POLICY = ['Version', 'Id', 'Statement'];
const OF_STATEMENT = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
const VERSIONS = ['2012-10-17', '2008-10-17'];
const EFFECTS = ['Allow', 'Deny'];
const SID = /^[A-Za-z0-9]*$/;

/** `*`, or a service and an action, in which wildcards may stand. */
const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;
/** `*`, or an ARN: what is missing at its end is read as wildcards. */
const RESOURCE = /^(\*|arn:.+)$/s;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const COMPARISONS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress'],
  ...['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike', 'Null'],
  ...['Numeric', 'Date'].flatMap(type =>
    ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      comparison => `${type}${comparison}`,
    ),
  ),
];

function checkIamKeys(tree: MapTree, known: readonly string[], complain: Complain): void {
  for (const { key, place } of tree.entries) {
    if (known.includes(key)) continue;
    const near = suggestWord(key, known) || ` There are ${known.join(', ')}.`;
    const why = /^(Not)?Principal$/.test(key) ? ' A session policy names no principal.' : near;
    complain('unknown-key', place, `"${key}" is not of the grammar of IAM's policies here.${why}`);
  }
}

function checkWord(entry: Entry | undefined, words: readonly string[], complain: Complain): void {
  if (!entry || (entry.value.kind === 'scalar' && words.includes(String(entry.value.value)))) return;
  complain(
    'wrong-value',
    entry.value.place,
    `AWS takes ${words.join(' or ')} for ${entry.key}, in this case.`,
  );
}

/** One text or a list of texts, each of the form. */
function checkTexts({ key, value }: Entry, form: RegExp, complain: Complain): void {
  const items = value.kind === 'list' ? value.items : [value];
  if (items.length === 0) complain('empty', value.place, `AWS refuses a statement whose ${key} is empty.`);
  for (const item of items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string')
      complain('wrong-type', item.place, `${key} is text, or a list of texts.`);
    // What begins with a claim is known when one comes, and a claim where none may stand is complained of elsewhere.
    else if (!item.value.startsWith('${') && !form.test(item.value))
      complain('wrong-value', item.place, `AWS takes "*" or ${FORMS[key.replace('Not', '')]} for ${key}.`);
  }
}

const FORMS: { readonly [key: string]: string } = {
  Action: 'service:Action, such as s3:GetObject,',
  Resource: 'an ARN',
};

/** Of a pair such as Action and NotAction there is exactly one. */
function checkOneOf(tree: MapTree, name: string, form: RegExp, complain: Complain): void {
  const entries = [findEntry(tree, name), findEntry(tree, `Not${name}`)].filter(each => each !== undefined);
  if (entries.length !== 1)
    complain(
      'missing-key',
      entries[1]?.place ?? tree.place,
      `A statement of IAM has exactly one of ${name} and Not${name}.`,
    );
  for (const entry of entries) checkTexts(entry, form, complain);
}

function nameComparison(written: string): string {
  return written.replace(/^(ForAllValues|ForAnyValue):/, '').replace(/IfExists$/, '');
}

function checkComparison({ key, place, value }: Entry, complain: Complain): void {
  const name = nameComparison(key);
  if (!COMPARISONS.includes(name))
    complain(
      'unknown-key',
      place,
      `"${key}" is no condition operator of IAM.${suggestWord(name, COMPARISONS)}`,
    );
  if (value.kind !== 'map' || value.entries.length === 0) {
    complain('wrong-type', value.place, `${key} holds a mapping of condition keys to values.`);
    return;
  }
  for (const { key: name, place: at, value: values } of value.entries) {
    if (!name.includes(':'))
      complain('wrong-value', at, `"${name}" is no condition key: each has its service before a colon.`);
    const items = values.kind === 'list' ? values.items : [values];
    if (items.length === 0) complain('empty', values.place, `${name} is compared with nothing.`);
    for (const item of items)
      if (item.kind !== 'scalar' || item.value === null)
        complain('wrong-type', item.place, `${name} is compared with plain values.`);
  }
}

function checkIamCondition(entry: Entry | undefined, complain: Complain): void {
  if (!entry) return;
  if (entry.value.kind !== 'map') complain('wrong-type', entry.value.place, 'Condition is a mapping.');
  else for (const each of entry.value.entries) checkComparison(each, complain);
}

function checkSid(entry: Entry | undefined, taken: Set<string>, complain: Complain): void {
  if (!entry) return;
  const { value } = entry;
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || !SID.test(value.value))
    complain('wrong-value', value.place, 'A Sid is of letters and digits alone.');
  else if (taken.has(value.value))
    complain('duplicate-id', value.place, `Two statements have the Sid "${value.value}".`);
  else taken.add(value.value);
}

function checkIamStatement(tree: MapTree, taken: Set<string>, complain: Complain): void {
  checkIamKeys(tree, OF_STATEMENT, complain);
  const effect = findEntry(tree, 'Effect');
  if (!effect) complain('missing-key', tree.place, 'A statement of IAM has an Effect: Allow or Deny.');
  checkWord(effect, EFFECTS, complain);
  checkOneOf(tree, 'Action', ACTION, complain);
  checkOneOf(tree, 'Resource', RESOURCE, complain);
  checkIamCondition(findEntry(tree, 'Condition'), complain);
  checkSid(findEntry(tree, 'Sid'), taken, complain);
}

/** The statements of a policy that has some, as a list. */
export function listStatements(tree: Tree): readonly Tree[] {
  const statements = findEntry(tree, 'Statement')?.value;
  if (!statements) return [];
  return statements.kind === 'list' ? statements.items : [statements];
}

/** Complains of all for which AWS would refuse the policy. */
export function checkIamPolicy(tree: MapTree, complain: Complain): void {
  checkIamKeys(tree, OF_POLICY, complain);
  checkWord(findEntry(tree, 'Version'), VERSIONS, complain);
  const statements = listStatements(tree);
  if (statements.length === 0)
    complain('empty', tree.place, 'A session policy without a statement allows nothing.');
  const taken = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'map') checkIamStatement(statement, taken, complain);
    else
      complain(
        'wrong-type',
        statement.place,
        'A policy statement is a mapping with Effect, Action and Resource.',
      );
  }
}
