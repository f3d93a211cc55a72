import type { Complaint } from '../../../language/complaint.ts';
import { createButton, createElement, findPart } from './element.ts';

function findOffset(text: string, at: Complaint['place']): number {
  return text
    .split('\n')
    .slice(0, at.line - 1)
    .reduce((sum, each) => sum + each.length + 1, at.column - 1);
}

function goToPlace(place: Complaint['place']): void {
  const editor = findPart<HTMLTextAreaElement>('policy');
  const at = findOffset(editor.value, place);
  editor.focus();
  editor.setSelectionRange(at, at);
}

function createComplaintLine(complaint: Complaint): HTMLElement {
  const { rule, place, message } = complaint;
  return createElement(
    'li',
    {},
    createButton(`${place.line}:${place.column}`, () => goToPlace(place)),
    createElement('span', {}, createElement('code', {}, rule), ` ${message}`),
  );
}

/** All that is wrong with the role's text, each with a button that leads to its place. */
export function showComplaints(complaints: readonly Complaint[]): void {
  findPart('policy').setAttribute('aria-invalid', String(complaints.length > 0));
  findPart('complaints').replaceChildren(
    ...(complaints.length === 0
      ? []
      : [createElement('ul', { class: 'complaints' }, ...complaints.map(createComplaintLine))]),
  );
}
