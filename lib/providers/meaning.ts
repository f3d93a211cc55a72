import { BrokerError, type Code } from '../errors.ts';

/** A refusal of another side, and its meaning. Each provider has a table of its own; the reference shows them side by side. */
export type Meaning = {
  /** The words of the other side, for people who look them up. */
  readonly said: string;
  /** Matches its code, a space and its words. */
  readonly when: RegExp;
  readonly code: Code;
  /** Which side must mend what: for the log and for people. */
  readonly mend: string;
};

/** The first row that matches counts; the last matches whatever is new. */
export type Meanings = readonly Meaning[];

export const ANYTHING = /^/;

/** The row of what was said. A table without one for everything else is a mistake of ours. */
export function findMeaning(meanings: Meanings, said: string): Meaning {
  const found = meanings.find(({ when }) => when.test(said));
  if (!found) throw new BrokerError('internal_error', { detail: 'a table of meanings has no last row' });
  return found;
}
