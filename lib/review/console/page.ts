import type { Role } from '../../policy/role.ts';
import type { Witness } from '../space/witness.ts';
import { type Answer, answerTo, type Question } from './answer.ts';
import { claimsInToken, indented, readClaims } from './claims.ts';
import { changeTo } from './edit.ts';
import { type Compiled, compileText, type Held } from './held.ts';
import { type Reach, reachOf, wordsOf } from './reach.ts';
import { claimsOf, type Start, startsFor } from './start.ts';
import { showChange } from './view/change.ts';
import { showComplaints } from './view/complaints.ts';
import { element, part, say } from './view/element.ts';
import { showMap } from './view/map.ts';
import { optionGroups } from './view/options.ts';
import { showVerdict, verdictOf } from './view/verdict.ts';
import { whyParts } from './view/why.ts';

/** What the page holds and does not show, beside what stands in its fields. */
type State = {
  readonly held: Held;
  readonly now: () => number;
  /** Edited texts of roles, by their names: another role may be looked at in between. */
  readonly edits: Map<string, string>;
  /** The map, with the words by which each line is found. */
  readonly lines: readonly { readonly line: Reach; readonly words: string }[];
  starts: readonly Start[];
  compiled: Compiled;
};

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
function field(id: string): Field {
  return part<Field>(id);
}
function written(id: string): string | undefined {
  return field(id).value.trim() || undefined;
}

function questionOf(claims: Question['claims'], now: number): Question {
  const seconds = written('seconds');
  return {
    claims,
    scopes: written('scopes')?.split(/\s+/),
    seconds: seconds === undefined ? undefined : Number(seconds),
    context: { now, sourceAddress: written('source') },
  };
}

function showOpen(says: string): void {
  showVerdict({ is: 'open', says });
  part('why').replaceChildren();
}

function showAnswer(role: Role, answer: Answer): void {
  showVerdict(verdictOf(role, answer));
  part('why').replaceChildren(...whyParts(answer));
}

/** Decides anew from what stands in the fields. */
function answer({ held, now, compiled: { role, complaints } }: State): void {
  const read = readClaims(field('claims').value);
  const fault = 'fault' in read ? read.fault : '';
  say('claims-fault', fault);
  field('claims').setAttribute('aria-invalid', String(fault !== ''));
  if ('fault' in read) showOpen('There are no claims to decide by.');
  else if (!role) showOpen(`A broker would not start with this role file (${complaints.length} to mend).`);
  else showAnswer(role, answerTo(questionOf(read.claims, now()), role, held));
}

function setClaims(state: State, { claims, sourceAddress }: Pick<Start, 'claims' | 'sourceAddress'>): void {
  field('claims').value = indented(JSON.stringify(claims));
  field('source').value = sourceAddress ?? '';
  answer(state);
}

function tryWitness(state: State, witness: Witness): void {
  field('start').value = '';
  setClaims(state, { claims: claimsOf(witness), sourceAddress: witness.sourceAddress });
  field('claims').focus();
}

/** What is computed over all requests there can be waits until nobody types. */
const QUIET_MS = 250;
let waiting: ReturnType<typeof setTimeout> | undefined;

function compare(state: State): void {
  const { held, compiled, now } = state;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const edited = state.edits.has(field('role').value);
    const change = edited && compiled.role ? changeTo(compiled.role, held, now()) : undefined;
    showChange(edited && compiled.role !== undefined, change, witness => tryWitness(state, witness));
  }, QUIET_MS);
}

/** Reads the role's text, as it stands in its field, and decides by it. */
function read(state: State): void {
  const name = field('role').value;
  const text = field('policy').value;
  const edited = text !== state.held.texts.get(name);
  if (edited) state.edits.set(name, text);
  else state.edits.delete(name);
  part<HTMLButtonElement>('revert').disabled = !edited;
  state.compiled = compileText(name, text, state.held.setting);
  showComplaints(state.compiled.complaints);
  answer(state);
  compare(state);
}

/** Jobs to start from, as they are for the role's file: an edit is to be tried on the same jobs. */
function offerStarts(state: State, role: Role | undefined): void {
  state.starts = role ? startsFor(role, state.held, state.now()) : [];
  part('start').replaceChildren(
    element('option', { value: '' }, 'choose a job'),
    ...optionGroups(state.starts),
  );
}

function choose(state: State, name: string): void {
  const text = state.edits.get(name) ?? state.held.texts.get(name) ?? '';
  const role = state.held.roles.find(each => each.name === name);
  field('role').value = name;
  field('policy').value = text;
  say('file', `roles/${name}.yml`);
  say('about', [role?.description, role?.contact].filter(Boolean).join(' · '));
  read(state);
  offerStarts(state, role);
}

function onClaims(state: State): void {
  field('start').value = '';
  const decoded = claimsInToken(field('claims').value);
  if (decoded !== undefined) field('claims').value = decoded;
  answer(state);
}

function onStart(state: State): void {
  const start = state.starts[Number(written('start') ?? -1)];
  if (start) setClaims(state, start);
}

function onFilter(state: State): void {
  const wanted = field('filter').value.toLowerCase().split(/\s+/);
  const found = state.lines.filter(({ words }) => wanted.every(word => words.includes(word)));
  showMap(
    found.map(({ line }) => line),
    state.lines.length,
    name => {
      choose(state, name);
      field('role').focus();
    },
  );
}

function onRevert(state: State): void {
  const name = field('role').value;
  state.edits.delete(name);
  choose(state, name);
  field('policy').focus();
}

function listen(state: State): void {
  const on = (id: string, event: string, does: (state: State) => void): void =>
    part(id).addEventListener(event, () => does(state));
  on('role', 'change', () => choose(state, field('role').value));
  on('start', 'change', onStart);
  on('claims', 'input', onClaims);
  for (const id of ['scopes', 'seconds', 'source']) on(id, 'input', answer);
  on('policy', 'input', read);
  on('revert', 'click', onRevert);
  on('filter', 'input', onFilter);
}

/** Fills the page, opens the first role with a job that it admits, and decides whenever something is changed. */
export function openPage(held: Held, now: () => number): void {
  const lines = reachOf(held).map(line => ({ line, words: wordsOf(line) }));
  const compiled: Compiled = { role: undefined, complaints: [] };
  const state: State = { held, now, edits: new Map(), lines, starts: [], compiled };
  const names = held.roles.map(({ name }) => name);
  say('broker', held.url);
  say(
    'holds',
    `${names.length} roles and ${held.rows.size} issuers, and no key. Nothing that is typed here leaves this page.`,
  );
  part('role').replaceChildren(...names.map(name => element('option', {}, name)));
  listen(state);
  choose(state, names[0] ?? '');
  if (state.starts.length > 0) field('start').value = '0';
  onStart(state);
  onFilter(state);
}
