import type { Config } from '../../config/load.ts';
import { writeCount } from '../../language/counted.ts';
import type { Claims } from '../../policy/claims.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readEvents } from '../estate/events.ts';
import { readEventText } from '../recorded.ts';
import { judgeReplay, type ReplayTurn } from '../replayed.ts';
import { EXIT, Failure, readFlag, type Verb } from '../verb.ts';

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
    const pipeline = readEventText(event, 'pipeline') ?? readEventText(event, 'subject') ?? '';
    return [
      {
        role: readEventText(event, 'role') ?? readEventText(event, 'registry') ?? '',
        pipeline,
        turn,
        decisionId: readEventText(event, 'decision_id') ?? '',
      },
    ];
  });
}

type Count = {
  readonly role: string;
  readonly pipeline: string;
  readonly turn: ReplayTurn;
  times: number;
  readonly decisionId: string;
};

function countTurns(all: readonly ReplayedEvent[]): Count[] {
  const counts = new Map<string, Count>();
  for (const each of all.filter(({ turn }) => turn !== 'same')) {
    const key = JSON.stringify([each.role, each.pipeline, each.turn]);
    const count = counts.get(key) ?? { ...each, times: 0 };
    count.times++;
    counts.set(key, count);
  }
  return [...counts.values()];
}

const SAYS: { readonly [turn in Exclude<ReplayTurn, 'same'>]: string } = {
  allowed: 'newly allowed',
  denied: 'newly denied',
  scopes: 'given other scopes',
  unknown: 'cannot be told, since the event lacks what it turns on',
};

function writeReplay(all: readonly ReplayedEvent[], counts: readonly Count[]): string {
  return [
    ...counts.map(
      ({ role, pipeline, turn, times, decisionId }) =>
        `${role}  ${pipeline}  ${times} ${SAYS[turn as Exclude<ReplayTurn, 'same'>]}, such as ${decisionId}`,
    ),
    `${writeCount(all.length, 'event')}, ${all.filter(({ turn }) => turn === 'same').length} as before.`,
  ].join('\n');
}

export const replay: Verb = {
  summary:
    'Decides the exchanges and the requests to registries of an audit log again, and counts those that would end otherwise now.',
  words: [
    {
      name: 'FILE',
      help: 'Audit events, one a line; a folder of such files; or what AWS exports of them, also compressed. - for standard input; other lines are passed over.',
    },
  ],
  options: {
    config: { type: 'string', value: 'FOLDER', help: 'The folder with the changed broker.yml and roles/.' },
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
    terminal.out(
      `${flags['json'] ? JSON.stringify({ exchanges: all.length, otherwise: counts }, null, 2) : writeReplay(all, counts)}\n`,
    );
    return counts.length > 0 ? EXIT.denied : EXIT.done;
  },
};
