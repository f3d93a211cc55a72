import { type Flags, readFlag, UsageError, type VerbOptions } from '../verb.ts';

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Whom the trust policy of a target may name. */
export const TRUSTEE_OPTIONS = {
  'broker-role-arn': {
    type: 'string',
    value: 'ARN',
    help: "The role that the broker's function runs as: an output of the stack.",
  },
  also: {
    type: 'string',
    value: 'ARN',
    multiple: true,
    help: 'Another principal that may stand in a trust policy. May be repeated.',
  },
} as const satisfies VerbOptions;

/** The ARN of the role that the broker runs as, if it was given. Throws `UsageError` for what is none. */
export function readBroker(flags: Flags): string | undefined {
  const broker = readFlag(flags, 'broker-role-arn');
  if (broker !== undefined && !ROLE_ARN.test(broker))
    throw new UsageError(
      '--broker-role-arn takes the ARN of a role, such as arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange.',
    );
  return broker;
}

/** The ARN of the role that the broker runs as. Throws `UsageError`, which says `why` it is needed, where none was given. */
export function demandBroker(flags: Flags, why = 'an output of the stack.'): string {
  const broker = readBroker(flags);
  if (broker === undefined) throw new UsageError(`--broker-role-arn is required: ${why}`);
  return broker;
}
