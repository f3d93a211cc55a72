import { mkdir, writeFile } from 'node:fs/promises';
import type { Config } from '../../config/load.ts';
import { proposeNarrower } from '../../estate/usage/proposal.ts';
import { describeTrail, readTrail, type TrailReport } from '../../estate/usage/trail.ts';
import { describeUsage, type Usage, type UsedExchange } from '../../estate/usage/usage.ts';
import type { Claims } from '../../policy/claims.ts';
import { readStrictJson } from '../../token/json.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readDump } from '../estate/bring.ts';
import { listEventFiles, readEvents, readOpened, readUsed } from '../estate/events.ts';
import { type NarrowedFiles, narrowRoles } from '../estate/narrowed.ts';
import { demandBroker } from '../estate/trustees.ts';
import {
  type UsageTold,
  writePullRequest,
  writeUsageMarkdown,
  writeUsageText,
} from '../estate/usage-report.ts';
import {
  CONFIG_OPTION,
  EXIT,
  Failure,
  type Flags,
  printResult,
  readFlag,
  readFlagTexts,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

const USUAL_DAYS = 90;
/** Of the days that are asked for, so many in a hundred must be in the log, or nothing is concluded from what is not there. */
const LEAST_COVERED = 90;
const MEMBERS = 20_000_000;

function readDays(flags: Flags): number {
  const written = readFlag(flags, 'days') ?? String(USUAL_DAYS);
  if (!/^[1-9]\d{0,3}$/.test(written)) throw new UsageError('--days takes a number of days, such as 90.');
  return Number(written);
}

function isCovered(usage: Usage): boolean {
  return usage.covered * 100 >= usage.days * LEAST_COVERED;
}

async function readTrails(flags: Flags): Promise<Parameters<typeof describeTrail>[0] | undefined> {
  const paths = readFlagTexts(flags, 'cloudtrail');
  if (paths.length === 0) return undefined;
  const files = (await Promise.all(paths.map(listEventFiles))).flat();
  const read = (text: string) => readDump(() => readStrictJson(text, { members: MEMBERS }));
  const trails = files.map(async file => readTrail(read((await readOpened(file)).toString('utf8')), read));
  const events = (await Promise.all(trails)).flat();
  if (events.length === 0) throw new Failure(`${paths.join(', ')}: no event of CloudTrail.\n`);
  return events;
}

async function describeTrails(
  flags: Flags,
  config: Config,
  used: readonly UsedExchange[],
): Promise<TrailReport | undefined> {
  const events = await readTrails(flags);
  if (!events) return undefined;
  const broker = demandBroker(
    flags,
    '--cloudtrail needs it: only sessions that the broker opened are looked at.',
  );
  const roleOf = new Map(
    used.flatMap(({ session, role }) => (session === undefined ? [] : [[session, role] as const])),
  );
  return describeTrail(events, config.roles, { broker, roleOf });
}

async function proposeNarrowed(
  config: Config,
  usage: Usage,
  used: readonly UsedExchange[],
  events: readonly Claims[],
  now: number,
): Promise<NarrowedFiles> {
  if (!isCovered(usage)) return { files: [], dropped: [] };
  // Whatever the log has stays, however long ago it was.
  const whole = describeUsage(config.roles, used, { days: usage.covered + 1, now });
  const proposals = config.roles.flatMap(role => {
    const own = whole.roles.find(each => each.role === role.name);
    return own ? proposeNarrower(role, own, used) : [];
  });
  return narrowRoles(config, proposals, events, now);
}

async function writeProposals(narrowed: NarrowedFiles, usage: Usage, folder: string): Promise<void> {
  const files = [
    ...narrowed.files.map(({ role, text }) => [`roles/${role}.yml`, text] as const),
    ['PULL_REQUEST.md', writePullRequest(narrowed, usage.days)] as const,
  ];
  await mkdir(`${folder}/roles`, { recursive: true });
  for (const [path, text] of files) {
    await writeFile(`${folder}/${path}`, text, { flag: 'wx' }).catch(() => {
      throw new Failure(`${folder}/${path} is there already, or cannot be written.\n`);
    });
  }
}

function printUsage(told: UsageTold, flags: Flags, terminal: Terminal): void {
  const { usage, isWhole, narrowed, trail } = told;
  const json = {
    ...usage,
    enough: isWhole,
    proposals: narrowed.files.flatMap(({ proposals }) => proposals),
    dropped: narrowed.dropped,
    ...(trail ? { trail } : {}),
  };
  const write = flags['markdown'] ? writeUsageMarkdown : writeUsageText;
  printResult(json, () => write(told), flags, terminal);
}

export const usage: Verb = {
  words: [
    {
      name: 'FILE',
      help: 'Audit events: a file or a folder of files, also compressed: standard output, aws logs filter-log-events, an export of CloudWatch Logs, objects of Firehose; - for standard input.',
    },
  ],
  options: {
    and: { type: 'string', value: 'FILE', multiple: true, help: 'More audit events. May be repeated.' },
    days: { type: 'string', value: 'N', help: 'The last N days. The default is 90.' },
    propose: {
      type: 'string',
      value: 'FOLDER',
      help: 'Write the narrower role files into FOLDER, with the text of a pull request.',
    },
    cloudtrail: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'What the sessions did: `aws cloudtrail lookup-events`, or files of a trail. May be repeated.',
    },
    'broker-role-arn': {
      type: 'string',
      value: 'ARN',
      help: "With `--cloudtrail`: the role that the broker's function runs as.",
    },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'Everything, as JSON.' },
    markdown: { type: 'boolean', help: 'A report.' },
  },
  about: `Each proposal is proved not to be wider, and held against every exchange of the log. Nothing is concluded from a log that
does not go back N days. Denies, guards, invariants and ceilings are never proposed away. What CloudTrail shows is a
report: an attacker's history is in there too. Read what stays before you merge.`,
  examples: [
    'kite-sts usage audit/ --days 90 --propose narrower',
    'kite-sts usage audit.jsonl --cloudtrail trail/ --broker-role-arn arn:aws:iam::111122223333:role/kite-sts --markdown',
  ],
  async run(flags, terminal) {
    if (flags['json'] && flags['markdown']) throw new UsageError('Give --json or --markdown, not both.');
    const days = readDays(flags);
    const config = openConfig(readCommandSettings(flags, terminal));
    const events = await readEvents([readFlag(flags, 'FILE') ?? '', ...readFlagTexts(flags, 'and')]);
    const used = events.flatMap(event => readUsed(event) ?? []);
    if (used.length === 0)
      throw new Failure(`${readFlag(flags, 'FILE')} has no audit event of an exchange.\n`);
    const now = Date.now() / 1000;
    const described = describeUsage(config.roles, used, { days, now });
    const trail = await describeTrails(flags, config, used);
    const narrowed = await proposeNarrowed(config, described, used, events, now);
    const folder = readFlag(flags, 'propose');
    if (folder !== undefined) await writeProposals(narrowed, described, folder);
    printUsage({ usage: described, isWhole: isCovered(described), narrowed, trail }, flags, terminal);
    return EXIT.done;
  },
};
