import type { Role } from '../../policy/role.ts';
import type { Witness } from '../space/witness.ts';
import { answerQuestion, type ConsoleAnswer, type ConsoleQuestion } from './answer.ts';
import { decodeToken, indentJson, readConsoleClaims } from './claims.ts';
import { compareEdited } from './edit.ts';
import { type CompiledText, compileText, type PageData } from './held.ts';
import { collectWords, listReaches, type Reach } from './reach.ts';
import { convertWitness, listStarts, type StartingClaims } from './start.ts';
import { showChange } from './view/change.ts';
import { showComplaints } from './view/complaints.ts';
import { createElement, findPart, showText } from './view/element.ts';
import { showMap } from './view/map.ts';
import { createOptionGroups } from './view/options.ts';
import { createVerdict, showVerdict } from './view/verdict.ts';
import { createWhyParts } from './view/why.ts';

/** What the page holds and does not show, beside what stands in its fields. */
type State = {
  readonly held: PageData;
  readonly now: () => number;
  /** Edited texts of roles, by their names: another role may be looked at in between. */
  readonly edits: Map<string, string>;
  /** The map, with the words by which each line is found. */
  readonly lines: readonly { readonly line: Reach; readonly words: string }[];
  starts: readonly StartingClaims[];
  compiled: CompiledText;
};

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
function field(id: string): Field {
  return findPart<Field>(id);
}
function written(id: string): string | undefined {
  return field(id).value.trim() || undefined;
}

function questionOf(claims: ConsoleQuestion['claims'], now: number): ConsoleQuestion {
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
  findPart('why').replaceChildren();
}

function showAnswer(role: Role, answer: ConsoleAnswer): void {
  showVerdict(createVerdict(role, answer));
  findPart('why').replaceChildren(...createWhyParts(answer));
}

/** Decides anew from what stands in the fields. */
function answer({ held, now, compiled: { role, complaints } }: State): void {
  const read = readConsoleClaims(field('claims').value);
  const fault = 'fault' in read ? read.fault : '';
  showText('claims-fault', fault);
  field('claims').setAttribute('aria-invalid', String(fault !== ''));
  if ('fault' in read) showOpen('There are no claims to decide by.');
  else if (!role) showOpen(`A broker would not start with this role file (${complaints.length} to mend).`);
  else showAnswer(role, answerQuestion(questionOf(read.claims, now()), role, held));
}

function setClaims(
  state: State,
  { claims, sourceAddress }: Pick<StartingClaims, 'claims' | 'sourceAddress'>,
): void {
  field('claims').value = indentJson(JSON.stringify(claims));
  field('source').value = sourceAddress ?? '';
  answer(state);
}

function tryWitness(state: State, witness: Witness): void {
  field('start').value = '';
  setClaims(state, { claims: convertWitness(witness), sourceAddress: witness.sourceAddress });
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
    const change = edited && compiled.role ? compareEdited(compiled.role, held, now()) : undefined;
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
  findPart<HTMLButtonElement>('revert').disabled = !edited;
  state.compiled = compileText(name, text, state.held.setting);
  showComplaints(state.compiled.complaints);
  answer(state);
  compare(state);
}

/** Jobs to start from, as they are for the role's file: an edit is to be tried on the same jobs. */
function offerStarts(state: State, role: Role | undefined): void {
  state.starts = role ? listStarts(role, state.held, state.now()) : [];
  findPart('start').replaceChildren(
    createElement('option', { value: '' }, 'choose a job'),
    ...createOptionGroups(state.starts),
  );
}

function choose(state: State, name: string): void {
  const text = state.edits.get(name) ?? state.held.texts.get(name) ?? '';
  const role = state.held.roles.find(each => each.name === name);
  field('role').value = name;
  field('policy').value = text;
  showText('file', `roles/${name}.yml`);
  showText('about', [role?.description, role?.contact].filter(Boolean).join(' · '));
  read(state);
  offerStarts(state, role);
}

function onClaims(state: State): void {
  field('start').value = '';
  const decoded = decodeToken(field('claims').value);
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
    findPart(id).addEventListener(event, () => does(state));
  on('role', 'change', () => choose(state, field('role').value));
  on('start', 'change', onStart);
  on('claims', 'input', onClaims);
  for (const id of ['scopes', 'seconds', 'source']) on(id, 'input', answer);
  on('policy', 'input', read);
  on('revert', 'click', onRevert);
  on('filter', 'input', onFilter);
}

/** Fills the page, opens the first role with a job that it admits, and decides whenever something is changed. */
export function openPage(held: PageData, now: () => number): void {
  const lines = listReaches(held).map(line => ({ line, words: collectWords(line) }));
  const compiled: CompiledText = { role: undefined, complaints: [] };
  const state: State = { held, now, edits: new Map(), lines, starts: [], compiled };
  const names = held.roles.map(({ name }) => name);
  showText('broker', held.url);
  showText(
    'holds',
    `${names.length} roles and ${held.rows.size} issuers, and no key. Nothing that is typed here leaves this page.`,
  );
  findPart('role').replaceChildren(...names.map(name => createElement('option', {}, name)));
  listen(state);
  choose(state, names[0] ?? '');
  if (state.starts.length > 0) field('start').value = '0';
  onStart(state);
  onFilter(state);
}
