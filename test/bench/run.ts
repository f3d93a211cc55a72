/**
 * `npm run bench`: how long each step takes; `-- peers [ROUNDS]`: a whole exchange beside other brokers, whose packages are
 * installed in a folder of their own; `-- command`: the packed command line; `-- fleet`: 10,000 roles; all as ratios within one run.
 * With `write` at the end each keeps its result, and `-- page` writes the figures of the page from them.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

if (process.argv[2] === 'peers') {
  const cwd = join(import.meta.dirname, 'peers');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'ignore' });
  await import('./peers/run.ts');
} else if (process.argv[2] === 'command' || process.argv[2] === 'fleet' || process.argv[2] === 'page') {
  await import(`./${process.argv[2]}.ts`);
} else {
  await import('./steps.ts');
}
