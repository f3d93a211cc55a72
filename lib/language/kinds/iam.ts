import type { Complaints } from '../complaint.ts';
import { suggestWord } from '../nearest.ts';
import { type Entry, findEntry, type MapTree, type Tree } from '../tree.ts';

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

function checkIamKeys(tree: MapTree, known: readonly string[], complaints: Complaints): void {
  for (const { key, place } of tree.entries) {
    if (known.includes(key)) continue;
    const near = suggestWord(key, known) || ` There are ${known.join(', ')}.`;
    const why = /^(Not)?Principal$/.test(key) ? ' A session policy names no principal.' : near;
    complaints.at(place).say('unknown-key', `"${key}" is not of the grammar of IAM's policies here.${why}`);
  }
}

function checkWord(entry: Entry | undefined, words: readonly string[], complaints: Complaints): void {
  if (!entry || (entry.value.kind === 'scalar' && words.includes(String(entry.value.value)))) return;
  complaints.at(entry.value).wrongValue(`AWS takes ${words.join(' or ')} for ${entry.key}, in this case.`);
}

/** One text or a list of texts, each of the form. */
function checkTexts({ key, value }: Entry, form: RegExp, complaints: Complaints): void {
  const items = value.kind === 'list' ? value.items : [value];
  if (items.length === 0) complaints.at(value).say('empty', `AWS refuses a statement whose ${key} is empty.`);
  for (const item of items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string')
      complaints.at(item).say('wrong-type', `${key} is text, or a list of texts.`);
    // What begins with a claim is known when one comes, and a claim where none may stand is complained of elsewhere.
    else if (!item.value.startsWith('${') && !form.test(item.value))
      complaints.at(item).wrongValue(`AWS takes "*" or ${FORMS[key.replace('Not', '')]} for ${key}.`);
  }
}

const FORMS: { readonly [key: string]: string } = {
  Action: 'service:Action, such as s3:GetObject,',
  Resource: 'an ARN',
};

/** Of a pair such as Action and NotAction there is exactly one. */
function checkOneOf(tree: MapTree, name: string, form: RegExp, complaints: Complaints): void {
  const entries = [findEntry(tree, name), findEntry(tree, `Not${name}`)].filter(each => each !== undefined);
  if (entries.length !== 1)
    complaints
      .at(entries[1] ?? tree)
      .say('missing-key', `A statement of IAM has exactly one of ${name} and Not${name}.`);
  for (const entry of entries) checkTexts(entry, form, complaints);
}

function nameComparison(written: string): string {
  return written.replace(/^(ForAllValues|ForAnyValue):/, '').replace(/IfExists$/, '');
}

function checkComparison({ key, place, value }: Entry, complaints: Complaints): void {
  const name = nameComparison(key);
  if (!COMPARISONS.includes(name))
    complaints
      .at(place)
      .say('unknown-key', `"${key}" is no condition operator of IAM.${suggestWord(name, COMPARISONS)}`);
  if (value.kind !== 'map' || value.entries.length === 0) {
    complaints.at(value).say('wrong-type', `${key} holds a mapping of condition keys to values.`);
    return;
  }
  for (const { key: name, place: at, value: values } of value.entries) {
    if (!name.includes(':'))
      complaints.at(at).wrongValue(`"${name}" is no condition key: each has its service before a colon.`);
    const items = values.kind === 'list' ? values.items : [values];
    if (items.length === 0) complaints.at(values).say('empty', `${name} is compared with nothing.`);
    for (const item of items)
      if (item.kind !== 'scalar' || item.value === null)
        complaints.at(item).say('wrong-type', `${name} is compared with plain values.`);
  }
}

function checkIamCondition(entry: Entry | undefined, complaints: Complaints): void {
  if (!entry) return;
  if (entry.value.kind !== 'map') complaints.at(entry.value).say('wrong-type', 'Condition is a mapping.');
  else for (const each of entry.value.entries) checkComparison(each, complaints);
}

function checkSid(entry: Entry | undefined, taken: Set<string>, complaints: Complaints): void {
  if (!entry) return;
  const { value } = entry;
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || !SID.test(value.value))
    complaints.at(value).wrongValue('A Sid is of letters and digits alone.');
  else if (taken.has(value.value))
    complaints.at(value).say('duplicate-id', `Two statements have the Sid "${value.value}".`);
  else taken.add(value.value);
}

function checkIamStatement(tree: MapTree, taken: Set<string>, complaints: Complaints): void {
  checkIamKeys(tree, OF_STATEMENT, complaints);
  const effect = findEntry(tree, 'Effect');
  if (!effect) complaints.at(tree).say('missing-key', 'A statement of IAM has an Effect: Allow or Deny.');
  checkWord(effect, EFFECTS, complaints);
  checkOneOf(tree, 'Action', ACTION, complaints);
  checkOneOf(tree, 'Resource', RESOURCE, complaints);
  checkIamCondition(findEntry(tree, 'Condition'), complaints);
  checkSid(findEntry(tree, 'Sid'), taken, complaints);
}

/** The statements of a policy that has some, as a list. */
export function listStatements(tree: Tree): readonly Tree[] {
  const statements = findEntry(tree, 'Statement')?.value;
  if (!statements) return [];
  return statements.kind === 'list' ? statements.items : [statements];
}

/** Complains of all for which AWS would refuse the policy. */
export function checkIamPolicy(tree: MapTree, complaints: Complaints): void {
  checkIamKeys(tree, OF_POLICY, complaints);
  checkWord(findEntry(tree, 'Version'), VERSIONS, complaints);
  const statements = listStatements(tree);
  if (statements.length === 0)
    complaints.at(tree).say('empty', 'A session policy without a statement allows nothing.');
  const taken = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'map') checkIamStatement(statement, taken, complaints);
    else
      complaints
        .at(statement)
        .say('wrong-type', 'A policy statement is a mapping with Effect, Action and Resource.');
  }
}
