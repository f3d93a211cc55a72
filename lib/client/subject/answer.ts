import { TEXTS } from '../texts.ts';
import { checkTokenUrl } from '../url.ts';
import { type MintSettings, NoSubjectToken, readSubjectToken } from './mint.ts';

/** Milliseconds for the answer of a CI's own token door. */
const TIMEOUT = 10_000;

/** Asks a CI's own token door; the token is the `member` of its JSON answer. `door` names it in errors. */
export async function fetchSubjectToken(
  { fetch, patience = TIMEOUT }: MintSettings,
  { url, init, member, door }: { url: string; init: RequestInit; member: string; door: string },
): Promise<string> {
  try {
    checkTokenUrl(url.split('?')[0] ?? '');
  } catch {
    throw new NoSubjectToken(`${door} ${TEXTS.door_refused}`);
  }
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  }).catch(() => undefined);
  if (!response) throw new NoSubjectToken(`${door} did not answer.`);
  if (!response.ok) throw new NoSubjectToken(`${door} answered with status ${response.status}.`);
  const answer = (await response.json().catch(() => undefined)) as { [name: string]: unknown } | undefined;
  return readSubjectToken(answer?.[member], door);
}
