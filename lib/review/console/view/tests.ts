import { writeCount } from '../../../language/counted.ts';
import type { RoleSurvey } from '../survey.ts';
import { isFailing } from '../trials.ts';
import { createElement, createStep, findPart, showText } from './element.ts';
import { createTrialParts, type OpenTrial, summarizeTrials } from './trials.ts';

/** Where a line of the test cases leads. */
export type TestSteps = { readonly choose: (role: string) => void; readonly open: OpenTrial };

function createFailingCard({ role, trials }: RoleSurvey, steps: TestSteps): HTMLElement {
  return createElement(
    'article',
    { class: 'card failing' },
    createElement(
      'h3',
      {},
      createStep(role.name, () => steps.choose(role.name)),
    ),
    createElement('p', { class: 'quiet' }, summarizeTrials(trials)),
    ...createTrialParts(trials, steps.open),
  );
}

/** More names than a person reads. */
const MOST = 200;

function createNameList(title: string, surveys: readonly RoleSurvey[], steps: TestSteps): HTMLElement[] {
  if (surveys.length === 0) return [];
  const names = surveys.slice(0, MOST).map(({ role, trials }) =>
    createElement(
      'li',
      {},
      createStep(role.name, () => steps.choose(role.name)),
      trials.written ? createElement('span', { class: 'quiet' }, ` ${trials.trials.length}`) : undefined,
    ),
  );
  const rest = surveys.length - names.length;
  return [
    createElement(
      'details',
      surveys.length > 20 ? { class: 'card' } : { class: 'card', open: '' },
      createElement('summary', {}, title),
      createElement('ul', { class: 'names' }, ...names),
      rest > 0 ? createElement('p', { class: 'quiet' }, `and ${rest} more`) : undefined,
    ),
  ];
}

function summarizeAll(surveys: readonly RoleSurvey[], failing: readonly RoleSurvey[]): string {
  const cases = surveys.reduce((sum, { trials }) => sum + trials.trials.length, 0);
  const failed = surveys.reduce((sum, { trials }) => sum + trials.failing.length, 0);
  const unread = failing.filter(({ trials }) => trials.complaints.length > 0).length;
  const ran = `${writeCount(cases, 'case')} of ${writeCount(surveys.length, 'role')} ran`;
  const ends = failed === 0 ? 'and all pass' : `and ${failed} fail`;
  return `${ran}, ${ends}${unread > 0 ? `; ${writeCount(unread, 'file')} of cases cannot be read` : ''}.`;
}

/** Shows how the test cases of all roles end, as their files have them: what fails first. */
export function showTests(surveys: readonly RoleSurvey[], steps: TestSteps): void {
  const failing = surveys.filter(({ trials }) => isFailing(trials));
  const untested = surveys.filter(({ trials }) => !trials.written);
  const passing = surveys.filter(({ trials }) => trials.written && !isFailing(trials));
  const says = findPart('tests-says');
  says.dataset['is'] = failing.length > 0 ? 'failing' : 'passing';
  showText('tests-says', summarizeAll(surveys, failing));
  showText('count-tests', failing.length === 0 ? '' : String(failing.length));
  const cards = failing.slice(0, MOST).map(each => createFailingCard(each, steps));
  findPart('tests-failing').replaceChildren(...cards);
  findPart('tests-untested').replaceChildren(
    ...createNameList(`${writeCount(untested.length, 'role')} without any`, untested, steps),
  );
  findPart('tests-passing').replaceChildren(
    ...createNameList(`${writeCount(passing.length, 'role')} whose cases pass`, passing, steps),
  );
}
