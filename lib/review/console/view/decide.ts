import type { Claims } from '../../../policy/claims.ts';
import type { Role } from '../../../policy/role.ts';
import type { Witness } from '../../space/witness.ts';
import { answerQuestion, type ConsoleQuestion } from '../answer.ts';
import { decodeToken, indentJson, readConsoleClaims } from '../claims.ts';
import { type AuditedRequest, readAuditedRequest } from '../event.ts';
import { listHoldings } from '../holdings.ts';
import { convertWitness, listStarts, type StartingClaims } from '../start.ts';
import { createElement, findPart, showText } from './element.ts';
import { showHoldings } from './holdings.ts';
import { createOptionGroups } from './options.ts';
import { createDelayed, findField, listen, type PageState, readField } from './state.ts';
import { createVerdict, showVerdict } from './verdict.ts';
import { createWhyParts } from './why.ts';

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

/** Decides anew from what stands in the fields. */
export function showDecision(state: PageState): void {
  const { held, now, compiled } = state;
  const { role, complaints } = compiled;
  const read = readConsoleClaims(findField('claims').value);
  const fault = 'fault' in read ? read.fault : '';
  showText('claims-fault', fault);
  findField('claims').setAttribute('aria-invalid', String(fault !== ''));
  if ('fault' in read) showUndecided('There are no claims to decide by.');
  else if (!role)
    showUndecided(`A broker would not start with this role file (${complaints.length} to mend).`);
  else {
    const answer = answerQuestion(readQuestion(read.claims, now()), role, held);
    showVerdict(createVerdict(role, answer));
    findPart('why').replaceChildren(...createWhyParts(answer));
  }
}

/** Asks every role, as its file has it. */
function showHeldRoles(state: PageState, choose: (role: string) => void): void {
  const { held, now } = state;
  const read = readConsoleClaims(findField('claims').value);
  const roles = 'fault' in read ? [] : listHoldings(readQuestion(read.claims, now()), held);
  showHoldings(roles, held.roles.length, choose);
}

/** The part of the page in which claims stand. */
export type DecideView = {
  readonly setClaims: (start: {
    readonly claims: Claims;
    readonly sourceAddress?: string | undefined;
  }) => void;
  /** Opens a request that was found, and leads there. */
  readonly tryWitness: (witness: Witness) => void;
  readonly openAudited: (request: AuditedRequest) => void;
  /** Decides and lists anew, after all fields were set. */
  readonly update: () => void;
  readonly offerStarts: (role: Role | undefined) => void;
};

function showStarts(starts: readonly StartingClaims[]): void {
  findPart('start').replaceChildren(
    createElement('option', { value: '' }, 'choose a job'),
    ...createOptionGroups(starts),
  );
}

function fillAudited(request: AuditedRequest, known: boolean): void {
  const { role, scopes, seconds, happened } = request;
  findField('scopes').value = scopes?.join(' ') ?? '';
  findField('seconds').value = seconds === undefined ? '' : String(seconds);
  const missing = known ? '' : ` There is no role ${role} here.`;
  showText('came', `From an audit event: ${happened}. This is how it would be decided now.${missing}`);
}

/** Opens a role; `follow` also leads there. */
export type RoleSteps = { readonly choose: (role: string) => void; readonly follow: (role: string) => void };

/** Makes the claims and the decision by them work. */
export function createDecideView(state: PageState, { choose, follow }: RoleSteps): DecideView {
  const listLater = createDelayed(() => showHeldRoles(state, follow));
  const update = (): void => {
    showDecision(state);
    listLater();
  };
  const setClaims: DecideView['setClaims'] = ({ claims, sourceAddress }) => {
    findField('claims').value = indentJson(JSON.stringify(claims));
    findField('source').value = sourceAddress ?? '';
    update();
  };
  const openAudited = (request: AuditedRequest): void => {
    const known = state.held.texts.has(request.role);
    if (known) choose(request.role);
    fillAudited(request, known);
    setClaims(request);
  };
  const updateClaims = (): void => {
    findField('start').value = '';
    showText('came', '');
    const text = findField('claims').value;
    const audited = readAuditedRequest(text);
    if (audited) {
      openAudited(audited);
      return;
    }
    const decoded = decodeToken(text);
    if (decoded !== undefined) findField('claims').value = decoded;
    update();
  };
  listen('claims', 'input', updateClaims);
  for (const id of ['scopes', 'seconds', 'source']) listen(id, 'input', update);
  listen('start', 'change', () => {
    showText('came', '');
    const start = state.starts[Number(readField('start') ?? -1)];
    if (start) setClaims(start);
  });
  return {
    setClaims,
    openAudited,
    update,
    tryWitness(witness) {
      findField('start').value = '';
      setClaims({ claims: convertWitness(witness), sourceAddress: witness.sourceAddress });
      findField('claims').focus();
    },
    offerStarts(role) {
      state.starts = role ? listStarts(role, state.held, state.now()) : [];
      showStarts(state.starts);
    },
  };
}
