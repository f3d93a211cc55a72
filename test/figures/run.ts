/**
 * `node test/figures/run.ts [FOLDER…]`: how the code reads, as figures: how many functions a thousand lines have and how
 * long they are, which names stand for two things, how much code there is. Of lib, functions and infra together, or of the
 * folders that are named; `--names` lists what is counted as doubled. `--pictures` draws docs/images anew.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ROOT } from '../harness/markdown.ts';
import { drawHouse } from './house.ts';
import { measure } from './measure.ts';
import { PICTURES } from './pictures.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { names: { type: 'boolean', default: false }, pictures: { type: 'boolean', default: false } },
});
if (values.pictures)
  for (const [path, draw] of Object.entries({ ...PICTURES, 'docs/images/house.svg': drawHouse }))
    writeFileSync(join(ROOT, path), draw());
const folders = positionals.length > 0 ? positionals : ['lib', 'functions', 'infra'];
const { doubledFunctions, doubledTypes, ...figures } = measure(folders);
const rows = {
  ...figures,
  'function names in several files': doubledFunctions.length,
  'exported type names in several files': doubledTypes.length,
};
process.stdout.write(`${folders.join(', ')}\n`);
for (const [name, value] of Object.entries(rows)) process.stdout.write(`  ${name.padEnd(46)}${value}\n`);
if (values.names)
  process.stdout.write(`functions: ${doubledFunctions.join(' ')}\ntypes: ${doubledTypes.join(' ')}\n`);
