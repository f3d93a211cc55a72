import type { Role } from '../../policy/role.ts';
import type { Witness } from '../space/witness.ts';
import { answerQuestion, type ConsoleAnswer, type ConsoleQuestion } from './answer.ts';
import { decodeToken, indentJson, readConsoleClaims } from './claims.ts';
import { compareEdited } from './edit.ts';
import { type AuditedRequest, readAuditedRequest } from './event.ts';
import { type CompiledText, compileRoleText, type PageData } from './held.ts';
import { listHoldings } from './holdings.ts';
import { readEventFragment, readFragment, type SharedState, writeFragment } from './link.ts';
import { collectWords, listReaches, type ReachLine } from './reach.ts';
import { convertWitness, listStarts, type StartingClaims } from './start.ts';
import { showChange } from './view/change.ts';
import { showComplaints } from './view/complaints.ts';
import { createElement, findPart, showText } from './view/element.ts';
import { showHoldings } from './view/holdings.ts';
import { showMap } from './view/map.ts';
import { createOptionGroups } from './view/options.ts';
import { createVerdict, showVerdict } from './view/verdict.ts';
import { createWhyParts } from './view/why.ts';

/** The state of the page that its fields do not show. */
type PageState = {
  readonly held: PageData;
  readonly now: () => number;
  /** Edited texts of roles, by their names: another role may be looked at in between. */
  readonly edits: Map<string, string>;
  /** The map, with the words by which each line is found. */
  readonly lines: readonly { readonly line: ReachLine; readonly words: string }[];
  starts: readonly StartingClaims[];
  compiled: CompiledText;
};

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
function findField(id: string): Field {
  return findPart<Field>(id);
}
function readField(id: string): string | undefined {
  return findField(id).value.trim() || undefined;
}

function readQuestion(claims: ConsoleQuestion['claims'], now: number): ConsoleQuestion {
  const seconds = readField('seconds');
  return {
    claims,
    scopes: readField('scopes')?.split(/\s+/),
    seconds: seconds === undefined ? undefined : Number(seconds),
    context: { now, sourceAddress: readField('source') },
  };
}

function showUndecided(says: string): void {
  showVerdict({ is: 'open', says });
  findPart('why').replaceChildren();
}

function showAnswer(role: Role, answer: ConsoleAnswer): void {
  showVerdict(createVerdict(role, answer));
  findPart('why').replaceChildren(...createWhyParts(answer));
}

/** Decides anew from what stands in the fields. */
function showDecision(state: PageState): void {
  const {
    held,
    now,
    compiled: { role, complaints },
  } = state;
  const read = readConsoleClaims(findField('claims').value);
  const fault = 'fault' in read ? read.fault : '';
  showText('claims-fault', fault);
  findField('claims').setAttribute('aria-invalid', String(fault !== ''));
  if ('fault' in read) showUndecided('There are no claims to decide by.');
  else if (!role)
    showUndecided(`A broker would not start with this role file (${complaints.length} to mend).`);
  else showAnswer(role, answerQuestion(readQuestion(read.claims, now()), role, held));
  listLater(state);
}

function setClaims(state: PageState, start: Pick<StartingClaims, 'claims' | 'sourceAddress'>): void {
  findField('claims').value = indentJson(JSON.stringify(start.claims));
  findField('source').value = start.sourceAddress ?? '';
  showDecision(state);
}

function tryWitness(state: PageState, witness: Witness): void {
  findField('start').value = '';
  setClaims(state, { claims: convertWitness(witness), sourceAddress: witness.sourceAddress });
  findField('claims').focus();
}

/** Milliseconds without typing, after which the search over all requests there can be begins. */
const QUIET_MS = 250;
let waiting: ReturnType<typeof setTimeout> | undefined;
let listing: ReturnType<typeof setTimeout> | undefined;

/** Asks every role, as its file has it. */
function listLater(state: PageState): void {
  clearTimeout(listing);
  listing = setTimeout(() => {
    const { held, now } = state;
    const read = readConsoleClaims(findField('claims').value);
    const roles = 'fault' in read ? [] : listHoldings(readQuestion(read.claims, now()), held);
    showHoldings(roles, held.roles.length, name => followRole(state, name));
  }, QUIET_MS);
}

function compareLater(state: PageState): void {
  const { held, compiled, now } = state;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const edited = state.edits.has(findField('role').value);
    const change = edited && compiled.role ? compareEdited(compiled.role, held, now()) : undefined;
    showChange(edited && compiled.role !== undefined, change, witness => tryWitness(state, witness));
  }, QUIET_MS);
}

/** Reads the role's text, as it stands in its field, and decides by it. */
function readPolicy(state: PageState): void {
  const name = findField('role').value;
  const text = findField('policy').value;
  const edited = text !== state.held.texts.get(name);
  if (edited) state.edits.set(name, text);
  else state.edits.delete(name);
  findPart<HTMLButtonElement>('revert').disabled = !edited;
  state.compiled = compileRoleText(name, text, state.held.setting);
  showComplaints(state.compiled.complaints);
  showDecision(state);
  compareLater(state);
}

/** Jobs to start from, as they are for the role's file: an edit is to be tried on the same jobs. */
function offerStarts(state: PageState, role: Role | undefined): void {
  state.starts = role ? listStarts(role, state.held, state.now()) : [];
  findPart('start').replaceChildren(
    createElement('option', { value: '' }, 'choose a job'),
    ...createOptionGroups(state.starts),
  );
}

function chooseRole(state: PageState, name: string): void {
  const text = state.edits.get(name) ?? state.held.texts.get(name) ?? '';
  const role = state.held.roles.find(each => each.name === name);
  findField('role').value = name;
  findField('policy').value = text;
  showText('file', `roles/${name}.yml`);
  showText('about', [role?.description, role?.contact].filter(Boolean).join(' · '));
  readPolicy(state);
  offerStarts(state, role);
}

function followRole(state: PageState, name: string): void {
  chooseRole(state, name);
  findField('role').focus();
}

/** Opens what was asked once, as it would be decided now. */
function openAudited(state: PageState, request: AuditedRequest): void {
  const { role, claims, sourceAddress, scopes, seconds, happened } = request;
  const known = state.held.texts.has(role);
  if (known) chooseRole(state, role);
  findField('scopes').value = scopes?.join(' ') ?? '';
  findField('seconds').value = seconds === undefined ? '' : String(seconds);
  const missing = known ? '' : ` There is no role ${role} here.`;
  showText('came', `From an audit event: ${happened}. This is how it would be decided now.${missing}`);
  setClaims(state, { claims, sourceAddress });
}

function readShared(state: PageState): SharedState {
  const [role, policy] = [findField('role').value, findField('policy').value];
  const fields = { scopes: readField('scopes'), seconds: readField('seconds'), source: readField('source') };
  return {
    role,
    claims: findField('claims').value,
    ...(policy === state.held.texts.get(role) ? {} : { policy }),
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

function shareState(state: PageState): void {
  const fragment = writeFragment(readShared(state));
  if (fragment !== undefined) history.replaceState(null, '', fragment);
  showText(
    'shared',
    fragment === undefined
      ? 'This cannot be shared: it is too long, or has a token in it.'
      : 'The address of this page now holds the claims, the request and your edit. No server is sent it.',
  );
}

/** Opens what a link holds. It is somebody else's, and the page says so. */
function openShared(state: PageState, shared: SharedState): void {
  const { role, claims, policy, scopes = '', seconds = '', source = '' } = shared;
  const known = state.held.texts.has(role);
  if (known && policy !== undefined) state.edits.set(role, policy);
  if (known) chooseRole(state, role);
  const fields = { claims, scopes, seconds, source };
  for (const [id, value] of Object.entries(fields)) findField(id).value = value;
  findField('start').value = '';
  const edited = policy === undefined || !known ? '' : ' The role file is edited: Revert shows yours.';
  const missing = known ? '' : ` There is no role ${role} here.`;
  showText('came', `This came by a link, and is not from your files.${edited}${missing}`);
  showDecision(state);
}

function updateClaims(state: PageState): void {
  findField('start').value = '';
  showText('came', '');
  const audited = readAuditedRequest(findField('claims').value);
  if (audited) {
    openAudited(state, audited);
    return;
  }
  const decoded = decodeToken(findField('claims').value);
  if (decoded !== undefined) findField('claims').value = decoded;
  showDecision(state);
}

function applyStart(state: PageState): void {
  showText('came', '');
  const start = state.starts[Number(readField('start') ?? -1)];
  if (start) setClaims(state, start);
}

function filterMap(state: PageState): void {
  const wanted = findField('filter').value.toLowerCase().split(/\s+/);
  const found = state.lines.filter(({ words }) => wanted.every(word => words.includes(word)));
  showMap(
    found.map(({ line }) => line),
    state.lines.length,
    {
      choose: name => followRole(state, name),
      narrow: text => {
        findField('filter').value = text;
        filterMap(state);
        findField('filter').focus();
      },
    },
  );
}

function revertPolicy(state: PageState): void {
  const name = findField('role').value;
  state.edits.delete(name);
  chooseRole(state, name);
  findField('policy').focus();
}

function listenToPage(state: PageState): void {
  const on = (id: string, event: string, does: (state: PageState) => void): void =>
    findPart(id).addEventListener(event, () => does(state));
  on('role', 'change', () => chooseRole(state, findField('role').value));
  on('start', 'change', applyStart);
  on('claims', 'input', updateClaims);
  for (const id of ['scopes', 'seconds', 'source']) on(id, 'input', showDecision);
  on('policy', 'input', readPolicy);
  on('revert', 'click', revertPolicy);
  on('filter', 'input', filterMap);
  on('share', 'click', shareState);
}

/** Fills the page, opens the first role with a job that it admits, and decides whenever something is changed. */
export function openPage(held: PageData, now: () => number): void {
  const lines = listReaches(held).map(line => ({ line, words: collectWords(line) }));
  const compiled: CompiledText = { role: undefined, complaints: [] };
  const state: PageState = { held, now, edits: new Map(), lines, starts: [], compiled };
  const names = held.roles.map(({ name }) => name);
  showText('broker', held.url);
  showText(
    'holds',
    `${names.length} roles and ${held.rows.size} issuers, and no key. Nothing that is typed here leaves this page.`,
  );
  findPart('role').replaceChildren(...names.map(name => createElement('option', {}, name)));
  listenToPage(state);
  chooseRole(state, names[0] ?? '');
  if (state.starts.length > 0) findField('start').value = '0';
  applyStart(state);
  const shared = readFragment(location.hash);
  if (shared) openShared(state, shared);
  const audited = readAuditedRequest(readEventFragment(location.hash) ?? '');
  if (audited) openAudited(state, audited);
  filterMap(state);
}
