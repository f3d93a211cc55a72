import type { Config } from '../../config/load.ts';
import { type CheckedTarget, checkAllTargets, listTargets } from '../../review/targets/checked.ts';
import { FINDINGS } from '../../review/targets/findings.ts';
import { readTargetRoles, splitJsonTexts, type TargetRole } from '../../review/targets/trust.ts';
import { readStrictJson } from '../../token/json.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readDump } from '../estate/bring.ts';
import { demandBroker, TRUSTEE_OPTIONS } from '../estate/trustees.ts';
import { readInput } from '../input.ts';
import {
  CONFIG_OPTION,
  EXIT,
  type Flags,
  printResult,
  readFlag,
  readFlagTexts,
  UsageError,
  type Verb,
} from '../verb.ts';

/** Far more than any fleet has: a file is not a token, and is as large as there are targets. */
const MEMBERS = 1_000_000;

async function readTargetsFile(path: string): Promise<TargetRole[]> {
  const texts = splitJsonTexts((await readInput(path)).toString('utf8'));
  const read = (text: string) => readTargetRoles(readStrictJson(text, { members: MEMBERS }));
  return readDump(() => texts.flatMap(read), path);
}

async function checkTargetsFile(config: Config, flags: Flags): Promise<CheckedTarget[]> {
  const from = readFlag(flags, 'from');
  if (from === undefined) throw new UsageError('--from is required, or --list.');
  const trustees = { broker: demandBroker(flags), also: readFlagTexts(flags, 'also'), url: config.url };
  const targets = new Map((await readTargetsFile(from)).map(target => [target.arn, target]));
  return checkAllTargets(config.roles, targets, trustees);
}

function describeCheckedTarget(target: CheckedTarget): object {
  const { role, arn, seconds, findings, trustPolicy } = target;
  return {
    role,
    role_arn: arn,
    findings: findings.map(({ code, detail }) => ({ code, detail, says: FINDINGS[code] })),
    ...(findings.length > 0 ? { trust_policy: trustPolicy, seconds } : {}),
  };
}

function listRemedy(target: CheckedTarget): string[] {
  const { arn, seconds, findings, trustPolicy } = target;
  const codes = findings.map(({ code }) => code);
  const isOfTrust = codes.some(code => code !== 'session-too-short' && code !== 'target-unknown');
  const update = `  aws iam update-role --role-name ${arn.split('/').at(-1)} --max-session-duration ${Math.max(3600, seconds)}`;
  const policy = JSON.stringify(trustPolicy, null, 2);
  return [
    ...(isOfTrust ? ['', '  The trust policy that it should have:', '', policy] : []),
    ...(codes.includes('session-too-short') ? ['', update] : []),
  ];
}

function writeTarget(target: CheckedTarget): string {
  const { role, arn, findings } = target;
  if (findings.length === 0) return `${role}  ${arn}  ok`;
  const lines = findings.map(
    ({ code, detail }) => `  ${code}${detail === undefined ? '' : ` (${detail})`}: ${FINDINGS[code]}`,
  );
  return [`${role}  ${arn}`, ...lines, ...listRemedy(target), ''].join('\n');
}

export const checkTargets: Verb = {
  usage: ['--from FILE --broker-role-arn ARN [options]'],
  options: {
    from: {
      type: 'string',
      value: 'FILE',
      help: 'What `aws iam get-role` shows of each target: one after the other, or a list. `-` is standard input.',
    },
    ...TRUSTEE_OPTIONS,
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
      printResult(targets, () => targets.map(arn => `${arn}\n`).join(''), flags, terminal);
      return EXIT.done;
    }
    const all = await checkTargetsFile(config, flags);
    const write = () => all.map(each => `${writeTarget(each)}\n`).join('');
    printResult(all.map(describeCheckedTarget), write, flags, terminal);
    return all.every(({ findings }) => findings.length === 0) ? EXIT.done : EXIT.denied;
  },
};
