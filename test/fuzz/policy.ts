import { deepEqual, equal, ok } from 'node:assert/strict';
import { Lexer, parseDocument, visit } from 'yaml';
import { type Complaint, RULES, writeComplaint } from '../../lib/language/complaint.ts';
import { MAX_FILE_BYTES, parse } from '../../lib/language/parse.ts';
import { type Tree, toPlain } from '../../lib/language/tree.ts';
import type { Role } from '../../lib/policy/role.ts';
import { NoComplaints } from '../harness/complaints.ts';
import { buildkiteClaims, compileText, decideFor, githubClaims, settingOf } from '../harness/policy.ts';
import { ROLES } from './roles.ts';
import { ACCEPTED, bytesOf, type Target } from './target.ts';

const SETTING = settingOf();
const CLAIMS = [buildkiteClaims(), githubClaims(), buildkiteClaims({ build_tag: ['a', null, { b: 1 }] })];

/** The text of a complaint is one line of a log, and its place is one of the text. */
function told(lines: readonly string[], complaint: Complaint): void {
  const { rule, place, message } = complaint;
  ok(Object.hasOwn(RULES, rule));
  ok(message.length > 0);
  ok(!/\p{Cc}/u.test(writeComplaint(complaint)), `a complaint holds a control character: ${rule}`);
  equal(place.file, 'tested.yml');
  const line = lines[place.line - 1];
  ok(line !== undefined && place.line >= 1, `line ${place.line} of ${lines.length}: ${rule}`);
  ok(place.column >= 1 && place.column <= line.length + 1, `column ${place.column}: ${rule}`);
}

/** Nothing of YAML that two readers could read differently, by the lexer alone. */
function plainYaml(text: string): void {
  let before = '';
  for (const token of new Lexer().lex(text)) {
    // U+001F comes before each plain scalar, whatever it begins with.
    if (before !== '\x1f') ok(!/^[&*!%]/.test(token), `a feature that is refused: ${token}`);
    before = token;
  }
  const document = parseDocument(text, { uniqueKeys: false, schema: 'core' });
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => JSON.stringify(key));
      equal(new Set(keys).size, keys.length, 'a key stands twice');
      ok(!keys.includes('"<<"'), 'a merge key');
    },
  });
}

function visible(tree: Tree): void {
  if (tree.kind === 'list') tree.items.forEach(visible);
  if (tree.kind === 'map')
    for (const { key, value } of tree.entries) {
      ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(key), 'a key holds what cannot be seen');
      visible(value);
    }
  if (tree.kind !== 'scalar') return;
  if (typeof tree.value === 'string')
    ok(!/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(tree.value), 'text holds what cannot be seen');
  if (typeof tree.value === 'number')
    equal(JSON.stringify(tree.value), tree.source, 'a number is not the one that was written');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A role that compiles says what its text says: to the eye, to a JSON reader and when it is read again. */
function reread(text: string, role: Role): void {
  plainYaml(text);
  const tree = parse('tested.yml', text, new NoComplaints());
  ok(tree);
  visible(tree);
  const json = JSON.stringify(toPlain(tree));
  const said = jsonOf(text);
  if (said !== undefined) deepEqual(JSON.parse(json), said);
  const again = compileText(json, SETTING);
  deepEqual(again.complaints, []);
  deepEqual(again.role, role);
}

/** The decision on any claims is a decision, and no other issuer's statement gives a grant. */
function decided(role: Role): void {
  for (const made of CLAIMS) {
    const decision = decideFor(role, made);
    deepEqual(decideFor(role, made), decision);
    const statement = role.trust.find(({ id }) => id === decision.statement);
    if (decision.allowed) equal(statement?.issuer, made['iss']);
  }
}

/** Any text as a role's file. */
export function judgePolicy(text: string): string {
  const { role, complaints } = compileText(text, SETTING);
  const lines = text.split('\n');
  for (const each of complaints) told(lines, each);
  if (Buffer.byteLength(text) > MAX_FILE_BYTES)
    deepEqual(
      complaints.map(({ rule }) => rule),
      ['text-refused'],
    );
  const [first] = complaints;
  if (first) return first.rule;
  ok(role, 'refused without a complaint');
  reread(text, role);
  decided(role);
  return ACCEPTED;
}

export const policy: Target = {
  name: 'policy',
  seeds: ROLES.map(bytesOf),
  words: [
    ...'&a ¦*a¦!!str ¦!<tag> ¦<<: ¦? ¦- ¦: ¦| ¦|+2\n¦>-\n¦# ¦---\n¦...\n¦%YAML 1.1\n¦{¦}¦[¦]'.split('¦'),
    ...',¦"¦\'¦\n¦\r¦\r\n¦\t¦  ¦\0¦\x85¦\u2028¦\ufeff¦\u202e¦\u200b¦\ud800¦\\x61¦\\u200b'.split('¦'),
    ...'\\uD800¦\\n¦\\0¦\\\n¦@¦`¦~¦0x10¦0o7¦1_000¦1e3¦-0¦.nan¦.inf¦9007199254740993¦1.0¦yes'.split('¦'),
    ...'null¦true¦""¦trust:¦deny:¦jwt:¦aws:¦claims:¦session:¦iss: ¦id: ¦scopes: [a]¦until: '.split('¦'),
    ...'in: [¦matches: ¦contains: ¦not_equals: ¦request: ¦"__proto__": 1¦constructor: 1'.split('¦'),
    ...'"${iss}"¦**¦${¦${a}¦*¦?¦tenant: a\n¦"tenant": a¦[[[[¦{a: {a: ¦- - - '.split('¦'),
    'x'.repeat(1025),
  ],
  most: MAX_FILE_BYTES + 16,
  judge: input => judgePolicy(Buffer.from(input).toString('utf8')),
};
