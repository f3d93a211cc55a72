import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from '../../lib/protocols/protocol.ts';
import { exchangeForm, issuerOfTests } from '../harness/broker.ts';
import { atEnd } from '../harness/endings.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { NOW } from '../harness/policy.ts';
import type { Backends } from './backends.ts';
import { counted, type Judged, RECOVERY } from './cell.ts';
import { type Deployment, deployment } from './deployment.ts';
import type { Fault, Service } from './fault.ts';
import { type Answered, forbidden, notRecovered, wrongEnds } from './judge.ts';
import type { Asking } from './questions.ts';

/** Where a real process is struck, and how. `frozen` is in seconds; left out, it is killed. */
export type Blow = { readonly service: Service; readonly fault: Fault; readonly frozen?: number };

type Child = {
  readonly process: ChildProcess;
  readonly url: string;
  readonly audit: readonly string[];
  readonly faults: readonly string[];
};

async function start({ name, proxy, rows }: Deployment, { tables }: Backends, began: number): Promise<Child> {
  const words = [proxy.url, name, tables.spentTable, tables.switchTable, rows, String(began)];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), ...words]);
  atEnd(() => child.kill('SIGKILL'));
  const [audit, faults]: [string[], string[]] = [[], []];
  void text(child.stderr).then(said => faults.push(said));
  const url = await new Promise<string>(listens => {
    createInterface(child.stdout).on('line', line => {
      if (line.startsWith('http')) listens(line);
      else audit.push(line);
    });
  });
  return { process: child, url, audit, faults };
}

const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** Nothing where the process died over it. */
async function ask({ url }: Child, asking: Asking): Promise<readonly Answered[]> {
  const body = exchangeForm({ subject_token: asking.token, audience: asking.question.role });
  try {
    const said = await fetch(`${url}/token`, { method: 'POST', headers: HEADERS, body });
    const { status, headers } = said;
    const answer: HttpAnswer = { status, headers: Object.fromEntries(headers), body: await said.text() };
    return [{ asking, answer }];
  } catch {
    return [];
  }
}

/** A token that is good once, for a role that asks this service. */
async function mint({ service }: Blow, began: number): Promise<Asking> {
  const role = service === 'KMS' ? 'release' : 'deploy';
  const iat = Math.floor(NOW + (Date.now() - began) / 1000);
  const claims = tokenClaims({ jti: randomUUID(), iat, nbf: iat, exp: iat + 300 });
  const { sign } = await issuerOfTests();
  return { question: { name: role, role, clean: 'issued' }, token: await sign(claims) };
}

async function strike({ process: child }: Child, { frozen }: Blow): Promise<void> {
  if (frozen === undefined) return void child.kill('SIGKILL');
  child.kill('SIGSTOP');
  await sleep(frozen * 1000);
  child.kill('SIGCONT');
}

/** Other tokens, until one is good or it has taken too long: who met a failure does not ask again at once. */
async function recovers(child: Child, blow: Blow, began: number): Promise<readonly Answered[]> {
  const until = performance.now() + RECOVERY * 1000;
  const tries = [...(await ask(child, await mint(blow, began)))];
  while (tries.at(-1)?.answer.status !== 200 && performance.now() < until) {
    await sleep(1000);
    tries.push(...(await ask(child, await mint(blow, began))));
  }
  return tries;
}

/** A process is struck in the middle of an exchange; then others are exchanged, and the same one again, twice. */
export async function judgeBlow(name: string, blow: Blow, behind: Backends): Promise<Judged> {
  const [deployed, began] = [await deployment(name, behind), Date.now()];
  // With a copy of its keys in the table the issuer would not be asked, and nothing struck.
  if (blow.service !== 'issuer keys') await deployed.refresh();
  const [first, asking] = [await start(deployed, behind, began), await mint(blow, began)];
  const met = deployed.proxy.break(blow.service, blow.fault);
  const struck = ask(first, asking);
  const wasAsked = await Promise.race([met.then(() => true), struck.then(() => false)]);
  deployed.proxy.mend();
  await strike(first, blow);
  const during = await struck;
  const next = blow.frozen === undefined ? await start(deployed, behind, began) : first;
  const anew = await recovers(next, blow, began);
  const again = [...(await ask(next, asking)), ...(await ask(next, asking))];
  const all = [...during, ...anew, ...again];
  const processes = [...new Set([first, next])];
  for (const { process: child } of processes) child.kill('SIGKILL');
  return {
    ends: counted([...during, ...again]),
    complaints: [
      ...(wasAsked ? [] : ['the exchange ended without asking the service']),
      ...wrongEnds(all),
      ...forbidden(all, processes, deployed),
    ],
    late: [
      ...(anew.length === 0 || again.length < 2 ? ['what came after it was not answered'] : []),
      ...notRecovered(anew.slice(-1)),
    ],
  };
}
