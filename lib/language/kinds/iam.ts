import type { Complaints } from '../complaint.ts';
import { type Entry, findEntry, findText, listEntries, type MapTree, type Tree } from '../tree.ts';

/**
 * The grammar of IAM's policies, as much as can be told without an account: with anything that is complained of here,
 * AWS answers every exchange with MalformedPolicyDocument.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
const POLICY_KEYS = ['Version', 'Id', 'Statement'];
const STATEMENT_KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
const VERSIONS = ['2012-10-17', '2008-10-17'];
const EFFECTS = ['Allow', 'Deny'];
const SID = /^[A-Za-z0-9]*$/;

/** `*`, or a service and an action, in which wildcards may stand. */
const ACTION: IamForm = {
  name: 'Action',
  pattern: /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/,
  says: 'service:Action, such as s3:GetObject,',
};
/** `*`, or an ARN: what is missing at its end is read as wildcards. */
const RESOURCE: IamForm = { name: 'Resource', pattern: /^(\*|arn:.+)$/s, says: 'an ARN' };

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
  for (const entry of tree.entries) {
    const { key } = entry;
    if (known.includes(key)) continue;
    const here = complaints.at(entry);
    if (/^(Not)?Principal$/.test(key)) here.say('unknown-key', 'A session policy names no principal.');
    else here.unknownKey(key, known, "of the grammar of IAM's policies here");
  }
}

function checkWord(entry: Entry | undefined, words: readonly string[], complaints: Complaints): void {
  if (!entry || (entry.value.kind === 'scalar' && words.includes(String(entry.value.value)))) return;
  complaints.at(entry.value).wrongValue(`AWS takes ${words.join(' or ')} for ${entry.key}, in this case.`);
}

/** One value, or a list of values. */
function listIamValues(tree: Tree): readonly Tree[] {
  return tree.kind === 'list' ? tree.items : [tree];
}

/** Of an element, what AWS takes for it. */
type IamForm = { readonly name: string; readonly pattern: RegExp; readonly says: string };

/** One text or a list of texts, each of the form. */
function checkTexts(entry: Entry, form: IamForm, complaints: Complaints): void {
  const { key, value } = entry;
  const items = listIamValues(value);
  if (items.length === 0) complaints.at(value).say('empty', `AWS refuses a statement whose ${key} is empty.`);
  for (const item of items) {
    const here = complaints.at(item);
    const text = findText(item);
    if (text === undefined) here.wrongType(`text, or a list of texts, for ${key}`);
    // What begins with a claim is known when one comes, and a claim where none may stand is complained of elsewhere.
    else if (!text.startsWith('${') && !form.pattern.test(text))
      here.wrongValue(`AWS takes "*" or ${form.says} for ${key}.`);
  }
}

/** Of a pair such as Action and NotAction there is exactly one. */
function checkOneOf(tree: MapTree, form: IamForm, complaints: Complaints): void {
  const { name } = form;
  const entries = [findEntry(tree, name), findEntry(tree, `Not${name}`)].filter(each => each !== undefined);
  if (entries.length !== 1)
    complaints
      .at(entries[1] ?? tree)
      .say('missing-key', `A statement of IAM has exactly one of ${name} and Not${name}.`);
  for (const entry of entries) checkTexts(entry, form, complaints);
}

/** The operator without what says how it takes several values, and absent ones. */
function readIamOperator(written: string): string {
  return written.replace(/^(ForAllValues|ForAnyValue):/, '').replace(/IfExists$/, '');
}

function checkComparison(entry: Entry, complaints: Complaints): void {
  const { key, value } = entry;
  const name = readIamOperator(key);
  if (!COMPARISONS.includes(name))
    complaints.at(entry).unknownName('unknown-key', 'IAM has no condition operator', name, COMPARISONS);
  if (value.kind !== 'map' || value.entries.length === 0)
    complaints.at(value).wrongType(`a mapping of condition keys to values for ${key}`);
  for (const each of listEntries(value)) checkCompared(each, complaints);
}

function checkCompared(entry: Entry, complaints: Complaints): void {
  const { key, value } = entry;
  if (!key.includes(':'))
    complaints.at(entry).wrongValue(`"${key}" is no condition key: each has its service before a colon.`);
  const items = listIamValues(value);
  if (items.length === 0) complaints.at(value).say('empty', `${key} is compared with nothing.`);
  for (const item of items)
    if (item.kind !== 'scalar' || item.value === null)
      complaints.at(item).wrongType(`plain values to compare ${key} with`);
}

function checkIamCondition(entry: Entry | undefined, complaints: Complaints): void {
  if (entry && entry.value.kind !== 'map') complaints.at(entry.value).wrongType('a mapping for Condition');
  for (const each of listEntries(entry?.value)) checkComparison(each, complaints);
}

function checkSid(entry: Entry | undefined, taken: Set<string>, complaints: Complaints): void {
  if (!entry) return;
  const here = complaints.at(entry.value);
  const sid = findText(entry.value);
  if (sid === undefined || !SID.test(sid)) here.wrongValue('A Sid is of letters and digits alone.');
  else if (taken.has(sid)) here.repeated('duplicate-id', 'statements have the Sid', sid);
  else taken.add(sid);
}

function checkIamStatement(tree: MapTree, taken: Set<string>, complaints: Complaints): void {
  checkIamKeys(tree, STATEMENT_KEYS, complaints);
  const effect = findEntry(tree, 'Effect');
  if (!effect) complaints.at(tree).missingKey('Effect', 'in a statement of IAM: Allow or Deny');
  checkWord(effect, EFFECTS, complaints);
  checkOneOf(tree, ACTION, complaints);
  checkOneOf(tree, RESOURCE, complaints);
  checkIamCondition(findEntry(tree, 'Condition'), complaints);
  checkSid(findEntry(tree, 'Sid'), taken, complaints);
}

/** The statements of a policy that has some, as a list. */
export function listStatements(tree: Tree): readonly Tree[] {
  const statements = findEntry(tree, 'Statement')?.value;
  return statements ? listIamValues(statements) : [];
}

/** Complains of all for which AWS would refuse the policy. */
export function checkIamPolicy(tree: MapTree, complaints: Complaints): void {
  checkIamKeys(tree, POLICY_KEYS, complaints);
  checkWord(findEntry(tree, 'Version'), VERSIONS, complaints);
  const statements = listStatements(tree);
  if (statements.length === 0)
    complaints.at(tree).say('empty', 'A session policy without a statement allows nothing.');
  const taken = new Set<string>();
  for (const statement of statements) {
    if (statement.kind === 'map') checkIamStatement(statement, taken, complaints);
    else complaints.at(statement).wrongType('a statement, a mapping with Effect, Action and Resource');
  }
}
