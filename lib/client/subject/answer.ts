import { TEXTS } from '../texts.ts';
import { checkTokenUrl } from '../url.ts';
import { type MintSettings, NoSubjectToken, readSubjectToken } from './mint.ts';

/** Milliseconds for the answer of a CI's own token door. */
const TIMEOUT = 10_000;

/** How a CI's own token door is asked: the token is a `member` of its JSON answer. `door` names it in errors. */
export type TokenDoorCall = {
  readonly url: string;
  readonly init: RequestInit;
  readonly member: string;
  readonly door: string;
};

/** Asks a CI's own token door for a token. Throws `NoSubjectToken`. */
export async function fetchSubjectToken(settings: MintSettings, call: TokenDoorCall): Promise<string> {
  const { url, init, member, door } = call;
  const { fetch, patience = TIMEOUT } = settings;
  try {
    checkTokenUrl(url.split('?')[0] ?? '');
  } catch {
    throw new NoSubjectToken(`${door} ${TEXTS.door_refused}`);
  }
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(url, { ...init, redirect: 'error', signal }).catch(() => undefined);
  if (!response) throw new NoSubjectToken(`${door} did not answer.`);
  if (!response.ok) throw new NoSubjectToken(`${door} answered with status ${response.status}.`);
  const answer = (await response.json().catch(() => undefined)) as { [name: string]: unknown } | undefined;
  return readSubjectToken(answer?.[member], door);
}
