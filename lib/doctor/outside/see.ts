import { readDate } from '../../http/date.ts';
import type { Instruments, Seen } from './examined.ts';

/** Milliseconds: a first answer is a cold start. */
const PATIENCE = 10_000;

/** Asks for a page as any stranger does, following no redirect. Throws what the network throws. */
export async function fetchSeen(
  url: string,
  { fetch, now }: Instruments,
  more: RequestInit = {},
): Promise<Seen> {
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

/** Why there was no answer: a code of the system's, or the name of the failure. */
export function nameFailure(error: unknown): string {
  const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return code ?? name;
}
