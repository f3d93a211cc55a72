import { writeCount } from '../../../language/counted.ts';
import {
  CHANGE_WORDS,
  type ComparedSection,
  type Comparison,
  compareWithOther,
  createComparison,
} from '../comparison.ts';
import { isWantedFile, type OtherPolicy, openFolder, openPageFile, type PickedFile } from '../other.ts';
import { readDiffReport } from '../report.ts';
import { type DroppedFile, readDropped } from './dropped.ts';
import { createElement, findPart, showText } from './element.ts';
import { findField, listen, type PageState } from './state.ts';
import { createChangeLine, type TryWitness } from './witness.ts';

/** More changes than a person reads at once. */
const MOST = 200;

function createSectionCard(section: ComparedSection, tryIt: TryWitness): HTMLElement {
  const { title, names, lines, word } = section;
  return createElement(
    'article',
    { class: `card compared ${word.replace(' ', '-')}` },
    createElement('h3', {}, createElement('span', { class: 'effect' }, word), ` ${title}`),
    names.length > 1 ? createElement('p', { class: 'quiet' }, names.join(', ')) : undefined,
    createElement('ul', {}, ...lines.map(each => createChangeLine(each, tryIt))),
  );
}

function createNotes(other: OtherPolicy | undefined): HTMLElement[] {
  if (!other) return [];
  const { notes, complaints, unread } = other;
  const says = unread.length === 0 ? [] : [`Left out, since they cannot be read: ${unread.join(', ')}.`];
  return [
    ...[...notes, ...says].map(each => createElement('p', { class: 'notice' }, each)),
    ...complaints
      .slice(0, MOST)
      .map(({ place, rule, message }) =>
        createElement('p', { class: 'fault' }, `${place.file}:${place.line} ${rule} ${message}`),
      ),
  ];
}

function showWords(comparison: Comparison): void {
  findPart('compare-words').replaceChildren(
    ...CHANGE_WORDS.filter(word => comparison.counts.has(word)).map(word =>
      createElement(
        'span',
        { class: `chip ${word}` },
        createElement('strong', {}, String(comparison.counts.get(word))),
        ` ${word}`,
      ),
    ),
  );
}

function showComparison(comparison: Comparison, other: OtherPolicy | undefined, tryIt: TryWitness): void {
  const { says, sections } = comparison;
  findPart('compare-says').dataset['is'] = says.startsWith('Wider') ? 'failing' : 'passing';
  showText('compare-fault', '');
  showText('compare-says', sections.length === 0 ? 'Nothing is decided otherwise.' : says);
  showWords(comparison);
  const rest = sections.length - MOST;
  findPart('compare-notes').replaceChildren(...createNotes(other));
  findPart('compared').replaceChildren(
    ...sections.slice(0, MOST).map(each => createSectionCard(each, tryIt)),
    rest > 0 ? createElement('p', { class: 'quiet' }, `and ${writeCount(rest, 'change')} more`) : '',
  );
}

function showFault(fault: string): void {
  showText('compare-fault', fault);
  showText('compare-says', '');
  for (const id of ['compare-words', 'compare-notes', 'compared']) findPart(id).replaceChildren();
}

const UNKNOWN =
  'This is no folder with roles/, no file that this version of kite-sts console wrote, and no report of kite-sts diff --json.';

async function readWantedFiles(files: readonly DroppedFile[]): Promise<PickedFile[]> {
  const wanted = files.filter(({ path }) => files.length === 1 || isWantedFile(path));
  return Promise.all(wanted.map(async ({ path, file }) => ({ path, text: await file.text() })));
}

/** A person's choice: another configuration, or the text of a report. */
type Picked = { readonly other: OtherPolicy | undefined; readonly report: string };

function openPicked(files: readonly PickedFile[], state: PageState): Picked {
  const [first] = files;
  const text = files.length === 1 ? (first?.text ?? '') : '';
  return { other: openFolder(files, state.held) ?? openPageFile(text), report: text };
}

/** Makes the comparison work: a folder or a file that is picked or dropped, or a report that is pasted. */
export function createCompareView(state: PageState, tryIt: TryWitness): void {
  let picked: Picked | undefined;
  const show = (): void => {
    if (!picked) return;
    const { other, report } = picked;
    const otherIs = findField('other-is').value === 'after' ? 'after' : 'before';
    const differences = other ? undefined : readDiffReport(report);
    if (other) showComparison(compareWithOther(other, state.held, otherIs, state.now()), other, tryIt);
    else if (differences) showComparison(createComparison(differences), undefined, tryIt);
    else showFault(UNKNOWN);
  };
  const take = async (files: readonly DroppedFile[]): Promise<void> => {
    showText('compare-says', 'Comparing …');
    picked = openPicked(await readWantedFiles(files), state);
    show();
  };
  for (const id of ['folder', 'page-file'])
    listen(id, 'change', () => {
      const files = [...(findPart<HTMLInputElement>(id).files ?? [])];
      void take(files.map(file => ({ path: file.webkitRelativePath || file.name, file })));
    });
  listen('report', 'input', () => {
    picked = { other: undefined, report: findField('report').value };
    if (findField('report').value.trim() !== '') show();
  });
  listen('other-is', 'change', show);
  readDropped(findPart('drop'), files => void take(files));
}
