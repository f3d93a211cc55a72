import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { throttle } from './throttle.ts';

const RIC = join(import.meta.dirname, 'node_modules/aws-lambda-ric/index.mjs');
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:kite-sts';
const PATIENCE_MS = 15_000;
const ROOT = '/2018-06-01/runtime';

/** A function as AWS Lambda runs it: the real Runtime Interface Client against a Runtime API of our own. */
export type Running = {
  /** Sends an event and waits until the function has answered and asks for the next. */
  invoke(event: unknown): Promise<APIGatewayProxyStructuredResultV2>;
  /** Waits until it asks for its first event: initialization is over then. */
  ready(): Promise<void>;
  /** CPU time that its threads have used, in milliseconds. */
  cpu(): number;
  /** Holds it to a share of a CPU from now on; false where this machine does not let us. */
  throttle(share: number): boolean;
  /** What it wrote to standard output and standard error. */
  written(): string;
  end(): Promise<void>;
};

type Waiting = { readonly event: string; readonly id: string };

/** The kernel's own count of nanoseconds on a CPU, thread by thread: finer than the ticks of `stat`. */
function cpuOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(thread => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, each) => sum + each, 0);
}

function runtimeApi() {
  let poll: ServerResponse | undefined;
  let waiting: Waiting | undefined;
  let answered: ((body: string, failed: boolean) => void) | undefined;
  let asked: (() => void) | undefined;
  const hand = (): void => {
    if (!poll || !waiting) return;
    poll.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': waiting.id,
      'lambda-runtime-deadline-ms': String(Date.now() + PATIENCE_MS),
      'lambda-runtime-invoked-function-arn': ARN,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000',
    });
    poll.end(waiting.event);
    [poll, waiting] = [undefined, undefined];
  };
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '' } = message;
    if (url === `${ROOT}/invocation/next`) {
      poll = response;
      asked?.();
      hand();
      return;
    }
    const body = await text(message);
    response.writeHead(202).end();
    answered?.(body, !url.endsWith('/response'));
  };
  const server = createServer((message, response) => void serve(message, response));
  return {
    listen: () =>
      new Promise<number>(resolve =>
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
      ),
    ready: () =>
      new Promise<void>(resolve => {
        if (poll) resolve();
        else asked = resolve;
      }),
    invoke: async (event: unknown): Promise<string> => {
      const next = new Promise<void>(resolve => {
        answered = undefined;
        asked = poll ? undefined : resolve;
        if (poll) resolve();
      });
      await next;
      const whole = new Promise<string>((resolve, reject) => {
        let said: string | undefined;
        answered = (body, failed) => (failed ? reject(new Error(body)) : (said = body));
        asked = () => said !== undefined && resolve(said);
      });
      waiting = { event: JSON.stringify(event), id: randomUUID() };
      hand();
      return whole;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function within<T>(work: Promise<T>, ended: Promise<never>): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS).unref(),
  );
  return Promise.race([work, ended, late]);
}

function starts(
  folder: string,
  port: number,
  environment: { readonly [name: string]: string },
): ChildProcess {
  return spawn(process.execPath, [RIC], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'index.handler',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'kite-sts',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/kite-sts',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      ...environment,
    },
  });
}

/** Starts the function that stands unpacked in this folder. */
export async function run(
  folder: string,
  environment: { readonly [name: string]: string } = {},
): Promise<Running> {
  const api = runtimeApi();
  const child = starts(folder, await api.listen(), environment);
  let written = '';
  let release: ReturnType<typeof throttle>;
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (written += String(chunk)));
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const ended = gone.then((): never => {
    throw new Error(`the function ended:\n${written}`);
  });
  ended.catch(() => undefined);
  return {
    invoke: async event =>
      JSON.parse(await within(api.invoke(event), ended)) as APIGatewayProxyStructuredResultV2,
    ready: () => within(api.ready(), ended),
    cpu: () => cpuOf(child.pid ?? 0),
    throttle: share => {
      release = throttle(child.pid ?? 0, share);
      return release !== undefined;
    },
    written: () => written,
    end: async () => {
      child.kill('SIGKILL');
      await gone;
      release?.();
      api.close();
    },
  };
}
