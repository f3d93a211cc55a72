import type { Complaint } from '../../../language/complaint.ts';
import { button, element, part } from './element.ts';

const offsetOf = (text: string, { line, column }: Complaint['place']): number =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, each) => sum + each.length + 1, column - 1);

const goTo = (place: Complaint['place']): void => {
  const editor = part<HTMLTextAreaElement>('policy');
  const at = offsetOf(editor.value, place);
  editor.focus();
  editor.setSelectionRange(at, at);
};

const line = ({ rule, place, message }: Complaint): HTMLElement =>
  element(
    'li',
    {},
    button(`${place.line}:${place.column}`, () => goTo(place)),
    element('span', {}, element('code', {}, rule), ` ${message}`),
  );

/** All that is wrong with the role's text, each with a button that leads to its place. */
export const showComplaints = (complaints: readonly Complaint[]): void => {
  part('policy').setAttribute('aria-invalid', String(complaints.length > 0));
  part('complaints').replaceChildren(
    ...(complaints.length === 0 ? [] : [element('ul', { class: 'complaints' }, ...complaints.map(line))]),
  );
};
