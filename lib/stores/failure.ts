import { AwsError } from '../aws/call.ts';
import { findTrouble } from '../aws/trouble.ts';
import { BrokerError, type Code } from '../errors.ts';

/**
 * Creates the failure of a table of ours that could not be asked: `code`, which passes, or what whoever runs the broker must
 * mend first, such as a right that is missing or a table that is gone.
 */
export function createStoreFailure(code: Code, error: unknown): BrokerError {
  const isSetup = error instanceof AwsError && ['ours', 'theirs'].includes(findTrouble(error).trouble);
  const { name, message } = error as Error;
  const detail = `${isSetup ? `${code}: ` : ''}${name}: ${message}`;
  return new BrokerError(isSetup ? 'broker_misconfigured' : code, { detail, cause: error });
}
