import { BrokerError, type Code } from '../../lib/errors.ts';

/** The code that the work fails with, or `none`. Anything but a `BrokerError` is thrown on: it must never happen. */
export async function codeOf(work: () => unknown): Promise<Code | 'none'> {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof BrokerError) return error.code;
    throw error;
  }
}

/** The code and what it names as wrong, for a parser that does not wait. */
export function faultOf(work: () => unknown): readonly [Code | 'none', string | undefined] {
  try {
    work();
    return ['none', undefined];
  } catch (error) {
    if (error instanceof BrokerError) return [error.code, error.at];
    throw error;
  }
}

/** What the work fails with. */
export async function failureOf(work: () => unknown): Promise<BrokerError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
