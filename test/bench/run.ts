/**
 * `npm run bench`: how long each step takes; `npm run bench -- peers [ROUNDS]`: a whole exchange beside other brokers,
 * whose packages are installed in a folder of their own. All as ratios within one run.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

if (process.argv[2] === 'peers') {
  const cwd = join(import.meta.dirname, 'peers');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'ignore' });
  await import('./peers/run.ts');
} else {
  await import('./steps.ts');
}
