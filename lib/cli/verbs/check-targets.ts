import type { Config } from '../../config/load.ts';
import type { ClaimValue } from '../../policy/claims.ts';
import { type CheckedTarget, checkAllTargets, listTargets } from '../../review/targets/checked.ts';
import { FINDINGS } from '../../review/targets/findings.ts';
import { readTargetRoles, splitJsonTexts, TargetError, type TargetRole } from '../../review/targets/trust.ts';
import { JsonError, readStrictJson } from '../../token/json.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readInput } from '../input.ts';
import {
  CONFIG_OPTION,
  EXIT,
  Failure,
  type Flags,
  printJson,
  readFlag,
  UsageError,
  type Verb,
} from '../verb.ts';

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** Far more than any fleet has: a file is not a token, and is as large as there are targets. */
const MEMBERS = 1_000_000;

function parseTargets(text: string, path: string): ClaimValue {
  try {
    return readStrictJson(text, { members: MEMBERS });
  } catch (error) {
    if (error instanceof JsonError) throw new Failure(`${path}: ${error.message}\n`);
    throw error;
  }
}

async function readTargetsFile(path: string): Promise<TargetRole[]> {
  const texts = splitJsonTexts((await readInput(path)).toString('utf8'));
  try {
    return texts.flatMap(text => readTargetRoles(parseTargets(text, path)));
  } catch (error) {
    if (error instanceof TargetError) throw new Failure(`${path}: ${error.message}\n`);
    throw error;
  }
}

function readBrokerPrincipals(flags: Flags): { broker: string; also: string[] } {
  const broker = readFlag(flags, 'broker-role-arn');
  if (broker === undefined || !ROLE_ARN.test(broker))
    throw new UsageError(
      '--broker-role-arn takes the ARN of a role, such as arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange.',
    );
  const also = flags['also'] ?? [];
  return { broker, also: (Array.isArray(also) ? also : [also]).map(String) };
}

async function checkTargetsFile({ roles, url }: Config, flags: Flags): Promise<CheckedTarget[]> {
  const from = readFlag(flags, 'from');
  if (from === undefined) throw new UsageError('--from is required, or --list.');
  const whom = readBrokerPrincipals(flags);
  const targets = new Map((await readTargetsFile(from)).map(target => [target.arn, target]));
  return checkAllTargets(roles, targets, { ...whom, url });
}

function writeTargetsJson(all: readonly CheckedTarget[]): string {
  return JSON.stringify(
    all.map(({ role, arn, seconds, findings, trustPolicy }) => ({
      role,
      role_arn: arn,
      findings: findings.map(({ code, detail }) => ({ code, detail, says: FINDINGS[code] })),
      ...(findings.length > 0 ? { trust_policy: trustPolicy, seconds } : {}),
    })),
    null,
    2,
  );
}

function listRemedy({ arn, seconds, findings, trustPolicy }: CheckedTarget): string[] {
  const name = arn.split('/').at(-1);
  const ofTrust = findings.some(({ code }) => code !== 'session-too-short' && code !== 'target-unknown');
  return [
    ...(ofTrust
      ? ['', '  The trust policy that it should have:', '', JSON.stringify(trustPolicy, null, 2)]
      : []),
    ...(findings.some(({ code }) => code === 'session-too-short')
      ? ['', `  aws iam update-role --role-name ${name} --max-session-duration ${Math.max(3600, seconds)}`]
      : []),
  ];
}

function writeTarget(each: CheckedTarget): string {
  const { role, arn, findings } = each;
  const lines = findings.map(
    ({ code, detail }) => `  ${code}${detail === undefined ? '' : ` (${detail})`}: ${FINDINGS[code]}`,
  );
  const head = `${role}  ${arn}  ${findings.length === 0 ? 'ok' : ''}`.trimEnd();
  return [head, ...lines, ...listRemedy(each), ...(findings.length === 0 ? [] : [''])].join('\n');
}

export const checkTargets: Verb = {
  summary: 'Checks whether the AWS roles that ours point at trust the broker, and it alone.',
  usage: ['--from FILE --broker-role-arn ARN [options]'],
  options: {
    from: {
      type: 'string',
      value: 'FILE',
      help: 'What `aws iam get-role` shows of each target: one after the other, or a list. `-` is standard input.',
    },
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
    list: { type: 'boolean', help: 'Only prints the ARNs of the targets, one a line.' },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'One JSON array instead of lines.' },
  },
  about: `No call to AWS is made here. This collects the file, with a profile of the AWS CLI for each account:

  kite-sts check-targets --list | while read -r arn; do
    aws iam get-role --output json --profile "$(echo "$arn" | cut -d: -f5)" --role-name "\${arn##*/}"
  done > targets.json

Exit code 0 when every target is right, 2 when there are findings.`,
  examples: [
    'kite-sts check-targets --list',
    'kite-sts check-targets --from targets.json --broker-role-arn arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange',
  ],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    if (flags['list']) {
      const targets = listTargets(config.roles);
      if (flags['json']) printJson(targets, terminal);
      else terminal.out(targets.map(arn => `${arn}\n`).join(''));
      return EXIT.done;
    }
    const all = await checkTargetsFile(config, flags);
    terminal.out(
      flags['json'] ? `${writeTargetsJson(all)}\n` : all.map(each => `${writeTarget(each)}\n`).join(''),
    );
    return all.every(({ findings }) => findings.length === 0) ? EXIT.done : EXIT.denied;
  },
};
