import type { Config } from '../../config/load.ts';
import { writeCount } from '../../language/counted.ts';
import type { Claims } from '../../policy/claims.ts';
import { type Decision, decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import type { MethodAllow, MethodDecision } from '../../policy/method.ts';
import { assumeVerified } from '../../review/assume.ts';
import { configOf, settingsOf } from '../configuration.ts';
import { readInput } from '../input.ts';
import { eventsIn, objectIn, requestOf, textIn, textsIn } from '../recorded.ts';
import { decideAtRegistry, readRecordedRequest } from '../registry-request.ts';
import { EXIT, Failure, flag, type Verb } from '../verb.ts';

/** How a recorded exchange would end now, beside how it ended then. */
type Turn = 'same' | 'allowed' | 'denied' | 'scopes' | 'unknown';
type Replayed = {
  readonly role: string;
  readonly pipeline: string;
  readonly turn: Turn;
  readonly decisionId: string;
};

/** What the configuration at hand decides of the request that an event tells of. */
function decided(event: Claims, claims: Claims, config: Config): Decision | MethodDecision | undefined {
  const { roles, registries, rows } = config;
  const row = rows.get(textIn(event, 'issuer') ?? '');
  if (!row || !meetsGuard(row, claims)) return undefined;
  const { access, context } = requestOf(event);
  const registry = registries.find(({ name }) => name === event['registry']);
  if (registry) return decideAtRegistry(registry, claims, { request: readRecordedRequest(event), context });
  const role = roles.find(({ name }) => name === event['role']);
  if (!role) return undefined;
  return decide(role, assumeVerified(claims, role), access, context);
}

// What these turned on is not in the event, or is no matter of the policy.
const NOT_TOLD = [
  'caller_switched_off',
  'issuer_switched_off',
  'key_switched_off',
  'kind_differs',
  'role_switched_off',
  'session_policy_refused',
  'single_use_not_here',
  'token_already_used',
];

function same(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join(' ') === [...b].sort().join(' ');
}

function scopesOf(decision: MethodAllow | Extract<Decision, { allowed: true }>): readonly string[] {
  return 'grant' in decision ? decision.grant.scopes : decision.scopes;
}

function isOfJob(decision: Decision | MethodDecision | undefined): boolean {
  return decision?.allowed === false && decision.reason === 'job_unknown';
}

function turnOf(event: Claims, config: Config): Turn | undefined {
  const claims = objectIn(event, 'claims');
  // An exchange that failed says nothing of the policy: its token was not good, or something of ours was broken.
  if (!claims || event['outcome'] === 'failed' || NOT_TOLD.includes(textIn(event, 'reason') ?? ''))
    return undefined;
  const decision = decided(event, claims, config);
  const then = event['outcome'] === 'issued' || event['outcome'] === 'authorized';
  const now = decision?.allowed === true;
  if (!then && !now) return 'same';
  if (then && decision?.allowed && same(textsIn(event, 'scopes') ?? [], scopesOf(decision))) return 'same';
  // A claim that was too long to be kept may be what it turns on, and so may the job, which nobody looked at then.
  if (event['claims_omitted'] !== undefined || isOfJob(decision)) return 'unknown';
  return then && now ? 'scopes' : now ? 'allowed' : 'denied';
}

function replayed(events: readonly Claims[], config: Config): Replayed[] {
  return events.flatMap(event => {
    const turn = turnOf(event, config);
    if (turn === undefined) return [];
    const pipeline = textIn(event, 'pipeline') ?? textIn(event, 'subject') ?? '';
    return [
      {
        role: textIn(event, 'role') ?? textIn(event, 'registry') ?? '',
        pipeline,
        turn,
        decisionId: textIn(event, 'decision_id') ?? '',
      },
    ];
  });
}

type Count = {
  readonly role: string;
  readonly pipeline: string;
  readonly turn: Turn;
  times: number;
  readonly decisionId: string;
};

function countsOf(all: readonly Replayed[]): Count[] {
  const counts = new Map<string, Count>();
  for (const each of all.filter(({ turn }) => turn !== 'same')) {
    const key = JSON.stringify([each.role, each.pipeline, each.turn]);
    const count = counts.get(key) ?? { ...each, times: 0 };
    count.times++;
    counts.set(key, count);
  }
  return [...counts.values()];
}

const SAYS: { readonly [turn in Exclude<Turn, 'same'>]: string } = {
  allowed: 'newly allowed',
  denied: 'newly denied',
  scopes: 'given other scopes',
  unknown: 'cannot be told, since the event lacks what it turns on',
};

function asText(all: readonly Replayed[], counts: readonly Count[]): string {
  return [
    ...counts.map(
      ({ role, pipeline, turn, times, decisionId }) =>
        `${role}  ${pipeline}  ${times} ${SAYS[turn as Exclude<Turn, 'same'>]}, such as ${decisionId}`,
    ),
    `${writeCount(all.length, 'event')}, ${all.filter(({ turn }) => turn === 'same').length} as before.`,
  ].join('\n');
}

export const replay: Verb = {
  summary:
    'Decides the exchanges and the requests to registries of an audit log again, and counts those that would end otherwise now.',
  words: [
    { name: 'FILE', help: 'Audit events, one a line; - for standard input; other lines are passed over.' },
  ],
  options: {
    config: { type: 'string', value: 'FOLDER', help: 'The folder with the changed broker.yml and roles/.' },
    json: { type: 'boolean', help: 'The counts as JSON.' },
  },
  about: `Each is decided with its own claims, address and time. Exit code 0 when all end as they did, 2 when one does not.`,
  examples: ['kite-sts replay audit.jsonl', 'cat audit.jsonl | kite-sts replay - --config config'],
  async run(flags, terminal) {
    const config = configOf(settingsOf(flags, terminal));
    const file = flag(flags, 'FILE') ?? '';
    const events = eventsIn(await readInput(file));
    if (events.length === 0) throw new Failure(`${file} has no audit event of an exchange.\n`);
    const all = replayed(events, config);
    const counts = countsOf(all);
    terminal.out(
      `${flags['json'] ? JSON.stringify({ exchanges: all.length, otherwise: counts }, null, 2) : asText(all, counts)}\n`,
    );
    return counts.length > 0 ? EXIT.denied : EXIT.done;
  },
};
