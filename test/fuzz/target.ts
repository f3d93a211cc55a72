import { AssertionError } from 'node:assert';
import { BrokerError, type Code } from '../../lib/errors.ts';

/** One text that a stranger or an author hands us, and what must hold whatever it is. */
export type Target = {
  readonly name: string;
  /** Valid inputs, to begin from. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces of the format, good and bad, for whoever changes an input. */
  readonly words: readonly string[];
  /** The longest input that is worth trying, in bytes: a little over our own limit. */
  readonly most: number;
  /** What became of the input: `accepted` or why not. Throws when anything is not as it must be. */
  judge(input: Uint8Array): string | Promise<string>;
};

export const ACCEPTED = 'accepted';

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

type Ran<T> = { readonly value: T; readonly error?: undefined } | { readonly error: BrokerError };

// What `at` may hold: the name of a claim, a header or a plainly named parameter, never a value.
const NAME = /^[\w.-]{1,64}$/;
// A detail is ours alone: none of a stranger's text but a name that we know.
const DETAIL = /^[\x20-\x7e]{1,120}$/;

/** Runs what may throw a `BrokerError` with one of these codes and nothing else; anything else comes out. */
export async function run<T>(codes: readonly Code[], what: () => T | Promise<T>): Promise<Ran<T>> {
  try {
    return { value: await what() };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const { code, at = 'body', detail = 'none' } = error;
    if (!codes.includes(code)) throw new AssertionError({ message: `the code ${code} is not for this text` });
    if (!NAME.test(at)) throw new AssertionError({ message: `at holds more than a name: ${at}` });
    if (!DETAIL.test(detail)) throw new AssertionError({ message: `a detail holds foreign text: ${detail}` });
    return { error };
  }
}
