import type { Condition } from '../../policy/condition.ts';
import { matchGlob } from '../../policy/glob.ts';
import type { Statement } from '../../policy/statement.ts';
import { MAX_TAG_VALUE } from '../../policy/targets/tags.ts';
import { findSlots } from '../../policy/template.ts';
import { findTagFault } from '../../policy/usable.ts';
import type { Complaints } from '../complaint.ts';
import { checked, either, object, record, required, text } from '../shape.ts';
import { findEntry, findText, findValue, type Tree } from '../tree.ts';
import { checkTemplates, type KindSetting } from './kind.ts';

/** AWS's own limit (sts 2011-06-15, AssumeRole). */
const MAX_TAGS = 50;

export const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const VALUE = text({ min: 0, max: 1024 });
const ELSE = checked(
  text({ max: MAX_TAG_VALUE }),
  'wrong-value',
  written =>
    findTagFault(written) &&
    'else is literal text that AWS takes as a tag, without a ${…}, a space at an end or a segment of dots alone.',
);

/** The mapping under `tags`. */
export const TAGS = checked(
  record(either(VALUE, object({ value: required(VALUE), else: required(ELSE) })), MAX_TAGS),
  'wrong-value',
  tags => findTagsFault(Object.keys(tags)),
);

function findTagsFault(keys: readonly string[]): string | undefined {
  const bad = keys.find(key => !TAG_KEY.test(key));
  if (bad !== undefined)
    return `"${bad}" cannot be the key of a session tag: at most 128 letters, digits, spaces and _.:/=+-@, and not aws:….`;
  // AWS compares tag keys without case, so Team and team would be one tag with two values.
  const twice = keys.find(
    (key, index) => keys.findIndex(each => each.toLowerCase() === key.toLowerCase()) !== index,
  );
  return twice === undefined
    ? undefined
    : `"${twice}" differs from another tag by case alone, which AWS does not tell apart.`;
}

/** Complains of tags whose text AWS would not take, and of an `else` that could be taken for a real value. */
export function checkTags(tree: Tree | undefined, setting: KindSetting, complaints: Complaints): void {
  if (tree?.kind !== 'map') return;
  checkTemplates(tree, 'any', setting, complaints);
  for (const entry of tree.entries) {
    const value = findValue(entry.value, 'value');
    checkLiteral(value, complaints);
    const instead = findEntry(entry.value, 'else')?.value;
    if (instead) checkElse(instead, findText(value), setting, complaints);
  }
}

function checkLiteral(tree: Tree, complaints: Complaints): void {
  const literal = findText(tree)?.replace(/\$\{[^}]*\}/g, '');
  if (literal === undefined || (TAG_VALUE.test(literal) && literal.length <= MAX_TAG_VALUE)) return;
  const says = `A tag's value is at most ${MAX_TAG_VALUE} letters, digits, spaces and _.:/=+-@.`;
  complaints.at(tree).wrongValue(says);
}

function checkElse(
  tree: Tree,
  value: string | undefined,
  setting: KindSetting,
  complaints: Complaints,
): void {
  const instead = findText(tree);
  if (instead === undefined || value === undefined || findSlots(instead).length > 0) return;
  const here = complaints.at(tree);
  const isFixed = findSlots(value).length === 0;
  if (isFixed) here.wrongValue('The value names no claim, so nothing could ask for its else.');
  const admitting = isFixed
    ? undefined
    : setting.trust.find(statement => canBecome(value, instead, statement));
  if (admitting)
    here.wrongValue(
      `${admitting.id} admits a job whose value is "${instead}" itself. Choose a text that none of them can be.`,
    );
}

/** The parts of a template: texts, and the conditions that tie down each claim between them. */
function splitTemplate(template: string, statement: Statement): (string | readonly Condition[])[] {
  const parts: (string | readonly Condition[])[] = [];
  let end = 0;
  for (const slot of findSlots(template)) {
    if (slot.name === undefined) continue;
    parts.push(
      template.slice(end, slot.from),
      statement.conditions.filter(({ on, name }) => on === 'claim' && name === slot.name),
    );
    end = slot.to;
  }
  return [...parts, template.slice(end)];
}

function isNarrowing(condition: Condition): boolean {
  const { operator, operands } = condition;
  if (operator === 'equals' || operator === 'in') return true;
  // A pattern of wildcards alone leaves a claim open.
  return operator === 'matches' && operands.every(each => /[^*?]/.test(String(each)));
}

function isAdmittedBy(condition: Condition, text: string): boolean {
  const { operator, operands } = condition;
  if (operator === 'equals' || operator === 'in')
    return operands.some(each => each !== null && String(each) === text);
  if (operator === 'not_equals' || operator === 'not_in') return !operands.includes(text);
  return operator === 'matches' && operands.some(each => matchGlob(String(each), text));
}

/**
 * Can claims that meet the statement make this text, where it says which values they may have? Of a claim that it
 * leaves open nothing is said here: whoever brings that very text is denied when it comes.
 */
function canBecome(template: string, text: string, statement: Statement): boolean {
  const parts = splitTemplate(template, statement);
  if (parts.some(part => typeof part !== 'string' && !part.some(isNarrowing))) return false;
  let ends = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const from of ends) {
      if (typeof part === 'string') {
        if (text.startsWith(part, from)) next.add(from + part.length);
        continue;
      }
      for (let to = from + 1; to <= text.length; to++)
        if (part.every(condition => isAdmittedBy(condition, text.slice(from, to)))) next.add(to);
    }
    ends = next;
  }
  return ends.has(text.length);
}
