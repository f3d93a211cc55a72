import { BrokerError } from './errors.ts';
import type { Question } from './job-facts.ts';
import { deny, type Step } from './outcome.ts';
import type { SpentStore, TokenUse } from './stores/spent.ts';
import type { Journal } from './visit.ts';

/** Of a role that takes a token as often as it comes. */
const FREE_USE: TokenUse = { release: async () => {} };

/** Takes the token for a role that takes each once (threat T62). Throws `store_unavailable`. */
export async function spendTokenOnce(
  { spent }: { readonly spent: SpentStore },
  { role, token, context }: Question,
  journal: Journal,
): Promise<Step<TokenUse, 'token_already_used'>> {
  if (!role.singleUse) return { value: FREE_USE };
  const key = `${role.name}:${token.digest}`;
  const use = await journal.time('spend', () => spent.spend(key, token.acceptedUntil, context.now));
  return use ? { value: use } : deny('token_already_used');
}

/** Gives the use of a token back where nothing was issued: what was refused, or never asked for, may be tried again (T63). */
export async function releaseIfNotIssued<Value, Reason>(
  { release }: TokenUse,
  work: () => Promise<Step<Value, Reason>>,
): Promise<Step<Value, Reason>> {
  try {
    const step = await work();
    if ('denied' in step) await release();
    return step;
  } catch (error) {
    if (error instanceof BrokerError && error.undone) await release();
    throw error;
  }
}
