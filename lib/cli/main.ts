import { Socket } from 'node:net';
import process from 'node:process';
import { run } from './run.ts';
import { EXIT } from './verb.ts';

/** Asked for by the verbs that end in their own way. All others are ended by the signal, as any program. */
function waitForStop(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

// A reader that stops early, such as `head`, is no fault of ours; but what cannot be told must not go on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.failed);
});

try {
  process.exitCode = await run(process.argv.slice(2), {
    environment: process.env,
    out: text => void process.stdout.write(text),
    error: text => void process.stderr.write(text),
    colors: process.stdout.isTTY === true,
    get stopped() {
      return waitForStop();
    },
    // Terminals and pipes are sockets here. (After an fstat, Node 20.20 follows no links of node_modules.)
    outIsFile: !(process.stdout instanceof Socket),
  });
} catch (error) {
  process.stderr.write(`kite-sts failed: ${(error as Error).message}\n`);
  process.exitCode = EXIT.failed;
}
