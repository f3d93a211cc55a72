import { type RoleSurvey, type SurveyGround, surveyRole } from '../survey.ts';

/** Milliseconds after which the page gets its turn: less than a person notices. */
const SLICE_MS = 24;

/** Looks at every role, a slice at a time, and hands all over at the end. */
export function surveyLater(ground: SurveyGround, done: (surveys: readonly RoleSurvey[]) => void): void {
  const { written } = ground.data;
  const surveys: RoleSurvey[] = [];
  const surveySlice = (): void => {
    const end = performance.now() + SLICE_MS;
    while (surveys.length < written.length && performance.now() < end) {
      const next = written[surveys.length];
      if (next) surveys.push(surveyRole(next, ground));
    }
    if (surveys.length < written.length) setTimeout(surveySlice);
    else done(surveys);
  };
  setTimeout(surveySlice);
}
