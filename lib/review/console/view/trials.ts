import { writeCount } from '../../../language/counted.ts';
import type { Trial } from '../../cases/trial.ts';
import { formatTrace } from '../../explain/explain.ts';
import type { RoleTrials } from '../trials.ts';
import { createElement, createStep, findPart, showText } from './element.ts';

/** Opens the request of a test case in the page. */
export type OpenTrial = (trial: Trial) => void;

function createTrialLine(trial: Trial, open: OpenTrial): HTMLElement {
  const { case: tried, differences } = trial;
  return createElement(
    'li',
    {},
    createStep(tried.name, () => open(trial)),
    ...differences.map(({ of, expected, actual }) =>
      createElement(
        'p',
        { class: 'expected' },
        `${of}: expected `,
        createElement('code', {}, expected),
        ', but it is ',
        createElement('code', {}, actual),
      ),
    ),
    differences.length === 0 ? undefined : createTracePart(trial),
  );
}

function createTracePart({ trace }: Trial): HTMLElement {
  return createElement(
    'details',
    {},
    createElement('summary', {}, 'Why'),
    createElement('pre', {}, formatTrace(trace).join('\n')),
  );
}

/** Draws the faults in the cases of a role: those that fail, and complaints of their file. */
export function createTrialParts(trials: RoleTrials, open: OpenTrial): HTMLElement[] {
  const { failing, complaints } = trials;
  const lines = [
    ...complaints.map(({ place, rule, message }) =>
      createElement(
        'li',
        {},
        `${place.file}:${place.line}:${place.column} `,
        createElement('code', {}, rule),
        ` ${message}`,
      ),
    ),
    ...failing.map(trial => createTrialLine(trial, open)),
  ];
  return lines.length === 0 ? [] : [createElement('ul', { class: 'trials' }, ...lines)];
}

function createPassingList(trials: RoleTrials, open: OpenTrial): HTMLElement[] {
  const passing = trials.trials.filter(({ differences }) => differences.length === 0);
  return passing.length === 0
    ? []
    : [
        createElement(
          'details',
          {},
          createElement('summary', {}, `${passing.length} that pass`),
          createElement('ul', { class: 'trials' }, ...passing.map(trial => createTrialLine(trial, open))),
        ),
      ];
}

/** Says in a line how the cases of a role end. */
export function summarizeTrials({ written, trials, failing, complaints }: RoleTrials): string {
  if (!written) return 'It has no test cases: kite-sts test --init proposes some.';
  if (complaints.length > 0) return 'The file of its cases cannot be read with this text.';
  const count = writeCount(trials.length, 'case');
  return failing.length === 0 ? `${count}, and all pass.` : `${failing.length} of ${count} fail.`;
}

/** Shows how the cases of the role that is open end with its text as it is now. */
export function showRoleTrials(trials: RoleTrials | undefined, open: OpenTrial): void {
  const place = findPart('role-tested');
  const bad = trials !== undefined && trials.failing.length + trials.complaints.length > 0;
  place.dataset['is'] = bad ? 'failing' : trials?.written ? 'passing' : 'none';
  showText('role-tested', trials ? summarizeTrials(trials) : 'They run once the role file is mended.');
  findPart('role-trials').replaceChildren(
    ...(trials ? [...createTrialParts(trials, open), ...createPassingList(trials, open)] : []),
  );
}
