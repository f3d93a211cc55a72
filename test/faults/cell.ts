import { SOFT_LIFETIME } from '../../lib/token/keys.ts';
import type { TestBroker } from '../harness/broker.ts';
import type { Backends } from './backends.ts';
import { type Deployment, deployment } from './deployment.ts';
import { type Fault, LASTING, LIES, type Service } from './fault.ts';
import { type Answered, endOf, forbidden, notRecovered, writtenBy, wrongEnds } from './judge.ts';
import { type Asking, askings } from './questions.ts';

/** What is wrong in a cell: a service, or the clock of the processes by so many seconds. */
export type Trouble =
  | { readonly service: Service; readonly fault: Fault }
  | { readonly service: 'clock'; readonly seconds: number };
type Start = 'cold' | 'warm';
type Cell = { readonly name: string; readonly trouble: Trouble; readonly start: Start };

/** How often each end came while something was broken, and what must not have been. */
export type Judged = {
  readonly ends: ReadonlyMap<string, number>;
  /** What no want of time excuses. */
  readonly complaints: readonly string[];
  /** What did not come in time: a failure, unless the processor was kept from it. */
  readonly late: readonly string[];
};

/** Seconds after its end by which a fault must be of no more consequence. */
export const RECOVERY = 30;
/** How often a token is presented at one time. */
const TIMES = 3;

async function ask(process: TestBroker, asking: Asking): Promise<Answered> {
  const { token: subject_token, question } = asking;
  return { asking, answer: await process.ask({ subject_token, audience: question.role }) };
}

/** Each question at each process, several times, all at the same moment. */
function askAll(processes: readonly TestBroker[], asked: readonly Asking[], times: number) {
  return Promise.all(
    Array.from({ length: times }).flatMap(() =>
      processes.flatMap(process => asked.map(asking => ask(process, asking))),
    ),
  );
}

/** Each question at each process, with tokens of its own. */
async function askAnew(processes: readonly TestBroker[], now: number): Promise<readonly Answered[]> {
  const asked = processes.map(async each => askAll([each], await askings(each, now), 1));
  return (await Promise.all(asked)).flat();
}

/** Says later whether anybody met it. */
function begin({ proxy, clock }: Deployment, trouble: Trouble): () => boolean {
  let met = trouble.service === 'clock';
  if (trouble.service === 'clock') clock.wrong = trouble.seconds;
  else
    void proxy.break(trouble.service, trouble.fault).then(() => {
      met = true;
    });
  return () => met;
}

function end({ proxy, clock }: Deployment): void {
  proxy.mend();
  clock.wrong = 0;
}

export function counted(answers: readonly Answered[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { answer } of answers) {
    const name = answer.status === 503 ? `503 ${endOf(answer)}` : endOf(answer);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** With a wrong clock every token looks expired, or too young: what is refused then is no fault of ours. */
function wrongIn({ trouble }: Cell, answers: readonly Answered[]): string[] {
  const issued = answers.filter(({ answer }) => answer.status === 200);
  if (trouble.service === 'clock') return issued.map(() => 'issued by a wrong clock');
  const lied = LIES.includes(trouble.fault)
    ? issued
        .filter(({ asking }) => asking.question.role === 'deploy')
        .map(() => 'gave what was not asked for')
    : [];
  return [...lied, ...wrongEnds(answers, LASTING.includes(trouble.fault))];
}

/** Two processes are asked while something is broken, and right after: there a cold one has had its start in the fault. */
export async function judge(cell: Cell, behind: Backends): Promise<Judged> {
  const deployed = await deployment(cell.name, behind);
  const { clock, start } = deployed;
  // With a copy of its keys in the table the issuer is not asked, and nobody would meet what is wrong with it.
  const refresh = cell.trouble.service === 'issuer keys' ? async () => {} : deployed.refresh;
  await refresh();
  const before = [await start(), await start()];
  const clean = await askAnew(before, clock.now());
  // What was kept is due to be asked for again.
  clock.pass(SOFT_LIFETIME);
  await refresh();
  const asked = await askings(await start(), clock.now());
  const processes = cell.start === 'warm' ? before : [await start(), await start()];
  const met = begin(deployed, cell.trouble);
  const during = await askAll(processes, asked, TIMES);
  end(deployed);
  if (cell.trouble.service !== 'clock') clock.pass(RECOVERY);
  const recovered = await askAnew(processes, clock.now());
  const after = await askAll(processes, asked, 1);
  const all = [...clean, ...during, ...recovered, ...after];
  const everyone = [...new Set([...before, ...processes])].map(writtenBy);
  return {
    ends: counted(during),
    complaints: [
      ...wrongEnds(clean),
      ...wrongIn(cell, during),
      ...wrongEnds(recovered),
      ...wrongEnds(after),
      ...forbidden(all, everyone, deployed),
    ],
    late: [
      ...(met() ? [] : ['nobody met it']),
      ...notRecovered(clean).map(each => `before it ${each}`),
      ...notRecovered(recovered),
    ],
  };
}
