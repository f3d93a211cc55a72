import { writeCount } from '../../../language/counted.ts';
import type { Editor, EditorMark } from './editor.ts';
import { createButton, createElement, findPart, showText } from './element.ts';

function createMarkLine(mark: EditorMark, editor: Editor): HTMLElement {
  const { rule, place, message, severity } = mark;
  return createElement(
    'li',
    { class: severity },
    createButton(`${place.line}:${place.column}`, () => editor.goTo(place)),
    createElement('span', {}, createElement('code', {}, rule), ` ${message}`),
  );
}

/** All that is wrong or unwise in the role's text: in the text, and as a list whose buttons lead to the places. */
export function showMarks(marks: readonly EditorMark[], editor: Editor): void {
  editor.mark(marks);
  const errors = marks.filter(({ severity }) => severity === 'error').length;
  showText('complained', errors === 0 ? '' : `${writeCount(errors, 'thing')} to mend.`);
  findPart('complaints').replaceChildren(
    ...(marks.length === 0
      ? []
      : [createElement('ul', { class: 'complaints' }, ...marks.map(each => createMarkLine(each, editor)))]),
  );
}
