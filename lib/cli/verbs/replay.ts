import type { Config } from '../../config/load.ts';
import { writeCount } from '../../language/counted.ts';
import type { Claims } from '../../policy/claims.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readEvents } from '../estate/events.ts';
import { readEventText } from '../recorded.ts';
import { judgeReplay, type ReplayTurn } from '../replayed.ts';
import { createConfigOption, EXIT, Failure, printResult, readFlag, type Verb } from '../verb.ts';

type ReplayedEvent = {
  readonly role: string;
  readonly pipeline: string;
  readonly turn: ReplayTurn;
  readonly decisionId: string;
};

function replayEvents(events: readonly Claims[], config: Config): ReplayedEvent[] {
  return events.flatMap(event => {
    const turn = judgeReplay(event, config);
    if (turn === undefined) return [];
    const role = readEventText(event, 'role') ?? readEventText(event, 'registry') ?? '';
    const pipeline = readEventText(event, 'pipeline') ?? readEventText(event, 'subject') ?? '';
    return [{ role, pipeline, turn, decisionId: readEventText(event, 'decision_id') ?? '' }];
  });
}

/** How often the same came out, with the first event of which it did. */
type ReplayCount = ReplayedEvent & { readonly times: number };

function countTurns(all: readonly ReplayedEvent[]): ReplayCount[] {
  const counts = new Map<string, ReplayCount>();
  for (const each of all.filter(({ turn }) => turn !== 'same')) {
    const key = JSON.stringify([each.role, each.pipeline, each.turn]);
    const { times, ...first } = counts.get(key) ?? { ...each, times: 0 };
    counts.set(key, { ...first, times: times + 1 });
  }
  return [...counts.values()];
}

const SAYS: { readonly [turn in Exclude<ReplayTurn, 'same'>]: string } = {
  allowed: 'newly allowed',
  denied: 'newly denied',
  scopes: 'given other scopes',
  unknown: 'cannot be told, since the event lacks what it turns on',
};

function writeReplay(all: readonly ReplayedEvent[], counts: readonly ReplayCount[]): string {
  return [
    ...counts.map(
      ({ role, pipeline, turn, times, decisionId }) =>
        `${role}  ${pipeline}  ${times} ${SAYS[turn as Exclude<ReplayTurn, 'same'>]}, such as ${decisionId}`,
    ),
    `${writeCount(all.length, 'event')}, ${all.filter(({ turn }) => turn === 'same').length} as before.\n`,
  ].join('\n');
}

export const replay: Verb = {
  words: [
    {
      name: 'FILE',
      help: 'Audit events, one a line; a folder of such files; or what AWS exports of them, also compressed. - for standard input; other lines are passed over.',
    },
  ],
  options: {
    config: createConfigOption('The folder with the changed broker.yml and roles/.'),
    json: { type: 'boolean', help: 'The counts as JSON.' },
  },
  about: `Each is decided with its own claims, address and time. Exit code 0 when all end as they did, 2 when one does not.`,
  examples: ['kite-sts replay audit.jsonl', 'cat audit.jsonl | kite-sts replay - --config config'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const file = readFlag(flags, 'FILE') ?? '';
    const events = await readEvents([file]);
    if (events.length === 0) throw new Failure(`${file} has no audit event of an exchange.\n`);
    const all = replayEvents(events, config);
    const counts = countTurns(all);
    const json = { exchanges: all.length, otherwise: counts };
    printResult(json, () => writeReplay(all, counts), flags, terminal);
    return counts.length > 0 ? EXIT.denied : EXIT.done;
  },
};
