import type { Place } from '../lib/language/tree.ts';

/** Where teams say what they deploy. */
export const OPTIONS_PATH = 'custom.kiteSts';

/** Says where a value stands in serverless.yml: the Serverless Framework read it, and keeps no lines. */
export function locateInService(path: string): Place {
  return { file: `serverless.yml ${path}`, line: 1, column: 1 };
}
