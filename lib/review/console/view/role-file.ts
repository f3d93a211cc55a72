import type { Complaint } from '../../../language/complaint.ts';
import { compareEdited } from '../edit.ts';
import { type CompiledText, compileEdited } from '../held.ts';
import { lintRole } from '../survey.ts';
import { runRoleTrials } from '../trials.ts';
import { showChange } from './change.ts';
import type { EditorMark } from './editor.ts';
import { findPart, showText } from './element.ts';
import { showMarks } from './marks.ts';
import { createDelayed, findField, listen, type PageState } from './state.ts';
import { type OpenTrial, showRoleTrials } from './trials.ts';
import type { TryWitness } from './witness.ts';

function createComplaintMark({ rule, place, message }: Complaint): EditorMark {
  return { rule, place, message, severity: 'error' };
}

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' } as const;

/** Lists the faults of the text; of one that compiles, those that lint finds. */
function listMarks(state: PageState, name: string, compiled: CompiledText): EditorMark[] {
  const { role, document, complaints } = compiled;
  if (!role || !document) return complaints.map(createComplaintMark);
  const findings = lintRole({ role, document }, state.editor.read(), state.ground);
  return findings
    .filter(({ place }) => place.file === `roles/${name}.yml`)
    .map(({ rule, level, place, message }) => ({ rule, place, message, severity: SEVERITIES[level] }));
}

/** The steps to which the field of the role file leads. */
export type RoleFileSteps = {
  /** Decides anew by the text as it is now. */
  readonly decide: () => void;
  readonly tryWitness: TryWitness;
  readonly openTrial: OpenTrial;
};

/** The part of the page in which a role file is edited. */
export type RoleFileView = {
  /** Opens the role's text: the edited one, where it was edited. */
  readonly open: (name: string) => void;
};

function showTexts(state: PageState, name: string): void {
  const { held, edits, editor } = state;
  const role = held.roles.find(each => each.name === name);
  showText('file', `roles/${name}.yml`);
  showText('about', [role?.description, role?.contact].filter(Boolean).join(' · '));
  editor.open(edits.get(name) ?? held.texts.get(name) ?? '', `Role file roles/${name}.yml`);
}

/** Makes the field of the role file work. */
export function createRoleFileView(state: PageState, steps: RoleFileSteps): RoleFileView {
  const { held, edits, editor } = state;
  const checkLater = createDelayed(() => {
    const name = findField('role').value;
    const { role } = state.compiled;
    const edited = edits.has(name);
    const change = edited && role ? compareEdited(role, held, state.now()) : undefined;
    showChange(edited && role !== undefined, change, steps.tryWitness);
  });
  const read = (): void => {
    const name = findField('role').value;
    const text = editor.read();
    const edited = text !== held.texts.get(name);
    if (edited) edits.set(name, text);
    else edits.delete(name);
    findPart<HTMLButtonElement>('revert').disabled = !edited;
    state.compiled = compileEdited(name, text, held);
    showMarks(listMarks(state, name, state.compiled), editor);
    const { role } = state.compiled;
    showRoleTrials(role && runRoleTrials(role, held), steps.openTrial);
    steps.decide();
    checkLater();
  };
  const open = (name: string): void => {
    findField('role').value = name;
    showTexts(state, name);
    read();
  };
  listen('policy', 'edited', read);
  listen('revert', 'click', () => {
    edits.delete(findField('role').value);
    open(findField('role').value);
  });
  listen('copy', 'click', () => {
    navigator.clipboard.writeText(editor.read()).then(
      () => showText('complained', ''),
      () => showText('complained', 'This browser lets no page from a file copy. Select the text instead.'),
    );
  });
  return { open };
}
