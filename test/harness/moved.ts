import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf } from './local.ts';

/** What Node loads first: the time is later by the seconds that a file says, from when it says so. */
const PRELOAD = `
import { readFileSync } from 'node:fs';
const Real = Date;
const real = Date.now.bind(Date);
Real.now = () => real() + 1000 * Number(readFileSync(process.env.MOVED_CLOCK, 'utf8'));
globalThis.Date = class Date extends Real {
  constructor(...given) {
    given.length === 0 ? super(Real.now()) : super(...given);
  }
};
`;

/** Moves the clock of every process of Node that has this environment. */
export type MovedClock = {
  readonly environment: { readonly NODE_OPTIONS: string; readonly MOVED_CLOCK: string };
  /** Seconds by which it is later from now on. A process may write the file itself. */
  readonly move: (seconds: number) => void;
};

export function movedClock(): MovedClock {
  const folder = folderOf({ 'clock.mjs': PRELOAD, seconds: '0' });
  const file = join(folder, 'seconds');
  return {
    environment: {
      NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'clock.mjs')).href}`,
      MOVED_CLOCK: file,
    },
    move: seconds => writeFileSync(file, String(seconds)),
  };
}
