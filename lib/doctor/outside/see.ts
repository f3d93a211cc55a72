import { readDate } from '../../http/date.ts';
import type { Diagnosis, Tellers } from '../diagnosis.ts';
import type { Instruments, Seen } from './examined.ts';

/** Milliseconds: a first answer is a cold start. */
const PATIENCE = 10_000;

/** Asks for a page as any stranger does, following no redirect. Throws what the network throws. */
export async function fetchSeen(
  url: string,
  instruments: Instruments,
  more: RequestInit = {},
): Promise<Seen> {
  const { fetch, now } = instruments;
  const sent = now();
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE), ...more });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    text,
    reading: readDate(Object.fromEntries(answer.headers), sent, now()),
  };
}

/** One page of somebody else's by which one thing is looked at. */
export type StrangersQuestion = {
  readonly check: Tellers;
  readonly of: string;
  /** Whose page it is. */
  readonly who: string;
  readonly url: string;
  readonly init?: RequestInit;
};

/** Asks for the page and judges it; that nobody answers is nobody's fault. */
export async function askStranger(
  question: StrangersQuestion,
  instruments: Instruments,
  judge: (seen: Seen) => Diagnosis,
): Promise<Diagnosis> {
  const { check, of, who, url, init } = question;
  try {
    return judge(await fetchSeen(url, instruments, init));
  } catch (error) {
    return check.unknown(of, `${who} did not answer: ${nameFailure(error)}`);
  }
}

/** Why there was no answer: a code of the system's, or the name of the failure. */
export function nameFailure(error: unknown): string {
  const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return code ?? name;
}
