import { describe, expect, test } from 'vitest';
import { BrokerError } from '../lib/errors.ts';
import { type ExchangeRequest, type Parts, runExchange } from '../lib/exchange.ts';
import type { Outcome } from '../lib/outcome.ts';
import type { SwitchSubject } from '../lib/switch.ts';
import type { Visit } from '../lib/visit.ts';
import { testBroker } from './harness/broker.ts';
import { TRUST } from './harness/grant.ts';
import { KEY_ID, tokenClaims } from './harness/issuer.ts';
import { PLENTY } from './harness/limits.ts';
import { BUILDKITE, issuersWith, NOW, PROVIDER } from './harness/policy.ts';
import { switchOf } from './harness/switch.ts';

const ROLE = `${TRUST}${PROVIDER}\n`;
const GUARDED = issuersWith('require: { organization_slug: my-organization }');

const roles = {
  'deploy-web': ROLE,
  once: `single_use: true\n${ROLE}`,
  'once-more': `single_use: true\n${ROLE}`,
};
const { broker, issuer } = await testBroker({ roles });
const { broker: guarded } = await testBroker({ roles, issuers: GUARDED });

const visit: Visit = {
  decisionId: 'd',
  protocol: 'oauth',
  reusesToken: false,
  now: NOW,
  sourceAddress: '203.0.113.7',
};

type Ask = {
  readonly role?: string;
  readonly claims?: object;
  readonly token?: string;
  readonly reusesToken?: boolean;
};

async function request({ role = 'deploy-web', claims = {}, token }: Ask): Promise<ExchangeRequest> {
  return {
    subjectToken: token ?? (await issuer.sign(tokenClaims({ ...claims }))),
    access: { role, scopes: undefined, seconds: undefined, kinds: undefined, sessionName: undefined },
  };
}

/** An exchange on the parts of a whole broker, some of them replaced. */
async function run(ask: Ask, parts: Partial<Parts> = {}, using = broker): Promise<Outcome> {
  return runExchange({ ...using.parts, ...parts }, await request(ask), {
    ...visit,
    reusesToken: ask.reusesToken ?? false,
  });
}

function endOf(outcome: Outcome): string {
  if (outcome.kind === 'issued') return 'issued';
  return outcome.kind === 'denied' ? outcome.reason : outcome.error.code;
}

/** A part that must not be reached. */
function never(): never {
  throw new Error('reached');
}
const NO_ROLES = { find: never, findNear: never };

describe('an exchange', () => {
  test('authenticates, decides and issues, and keeps what it reached', async () => {
    const outcome = await run({});
    expect(outcome).toMatchObject({
      kind: 'issued',
      grant: { role: 'deploy-web', statement: 'trust[0]', principal: { issuer: BUILDKITE } },
      credential: { kind: 'jwt', expiresAt: NOW + 900 },
      reached: {
        decisionId: 'd',
        at: NOW,
        requested: { role: 'deploy-web' },
        token: { issuer: BUILDKITE },
        snapshot: { digest: expect.any(String) },
        decision: { allowed: true },
      },
    });
    expect(Object.keys(outcome.reached.ms)).toEqual(['authenticate', 'decide', 'issue']);
  });

  test('and says how long each stage took, whatever the clock showed at first', async () => {
    let shown = 1000;
    const { reached } = await run({}, { elapsed: () => (shown += 5) });
    expect(reached.ms).toEqual({ authenticate: 5, decide: 5, issue: 5 });
  });

  test('may be made again with the same token', async () => {
    const token = await issuer.sign(tokenClaims());
    expect([endOf(await run({ token })), endOf(await run({ token }))]).toEqual(['issued', 'issued']);
  });

  test.each<[name: string, ask: Ask, end: string]>([
    ['a bad token', { token: 'a.b.c' }, 'token_malformed'],
    ['an unknown role', { role: 'unknown' }, 'role_unknown'],
    ['a role that is not for this token', { claims: { build_branch: 'topic' } }, 'no_statement_holds'],
  ])('%s issues nothing', async (_name, ask, end) => {
    expect(endOf(await run(ask, { issue: never, spent: { spend: never } }))).toBe(end);
  });

  test('T60: a token is verified before any role is looked at', async () => {
    const forged = `${(await issuer.sign(tokenClaims())).slice(0, -4)}AAAA`;
    expect(endOf(await run({ token: forged }, { roles: NO_ROLES }))).toBe('token_signature_invalid');
  });
});

describe('the fleet’s guard', () => {
  const stranger = { organization_slug: 'another' };

  test('comes before any role', async () => {
    expect(endOf(await run({ claims: stranger }, { roles: NO_ROLES }, guarded))).toBe('guard_not_met');
  });

  test('admits those who meet it', async () => {
    expect(endOf(await run({}, {}, guarded))).toBe('issued');
  });

  test('tells those who meet it a near name, when they mistype one', async () => {
    const outcome = await run({ role: 'deploy-wbe' }, {}, guarded);
    expect([endOf(outcome), outcome.reached.nearRole]).toEqual(['role_unknown', 'deploy-web']);
  });

  test('T43: tells no name to those who meet a guard that binds no tenant', async () => {
    const issuers = '- preset: buildkite\n  require: { runner_environment: self-hosted }\n';
    const { broker } = await testBroker({ roles, issuers });
    const outcome = await run({ role: 'deploy-wbe' }, {}, broker);
    expect([endOf(outcome), outcome.reached.nearRole]).toEqual(['role_unknown', undefined]);
  });

  test('T43: tells strangers nothing, and without a guard all are strangers', async () => {
    const outcomes = [
      await run({ role: 'deploy-wbe', claims: stranger }, {}, guarded),
      await run({ role: 'deploy-wbe' }),
    ];
    expect(outcomes.map(({ reached }) => reached.nearRole)).toEqual([undefined, undefined]);
  });
});

describe('T63: a role that takes each token once', () => {
  test('takes it once', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'one' }));
    expect(endOf(await run({ role: 'once', token }))).toBe('issued');
    expect(endOf(await run({ role: 'once', token }))).toBe('token_already_used');
  });

  test('is not had where clients send one token again and again, and the token is not spent', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'again' }));
    expect(endOf(await run({ role: 'once', token, reusesToken: true }))).toBe('single_use_not_here');
    expect(endOf(await run({ role: 'once', token }))).toBe('issued');
  });

  test('T08: takes no other spelling of it', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'two' }));
    expect(endOf(await run({ role: 'once', token }))).toBe('issued');
    const ends = await Promise.all(
      [`${token}=`, `${token}==`, `${token}\n`, ` ${token}`].map(async each =>
        endOf(await run({ role: 'once', token: each })),
      ),
    );
    expect(new Set(ends)).toEqual(new Set(['token_malformed']));
  });

  test('takes it once of many at the same time', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'three' }));
    const ends = await Promise.all(
      Array.from({ length: 10 }, async () => endOf(await run({ role: 'once', token }))),
    );
    expect(ends.filter(end => end === 'issued')).toHaveLength(1);
    expect(ends.filter(end => end === 'token_already_used')).toHaveLength(9);
  });

  test('does not take it from another role, nor another token', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'four' }));
    expect(endOf(await run({ role: 'once', token }))).toBe('issued');
    expect(endOf(await run({ role: 'once-more', token }))).toBe('issued');
    expect(endOf(await run({ role: 'once', claims: { jti: 'five' } }))).toBe('issued');
  });

  test('is not spent by a denial', async () => {
    const denied = await run(
      { role: 'once', claims: { build_branch: 'topic' } },
      { spent: { spend: never } },
    );
    expect(endOf(denied)).toBe('no_statement_holds');
  });

  test('D11, D16: issues nothing when it cannot be told whether the token was used', async () => {
    const spend = () => Promise.reject(new BrokerError('store_unavailable'));
    expect(endOf(await run({ role: 'once' }, { spent: { spend }, issue: never }))).toBe('store_unavailable');
  });

  test('remembers the token for as long as it would be taken', async () => {
    const kept: number[] = [];
    const spend = async (_key: string, expiresAt: number) => {
      kept.push(expiresAt);
      return undefined;
    };
    await run({ role: 'once' }, { spent: { spend } });
    expect(kept).toEqual([NOW + 330]);
  });
});

describe('T63: a use of a token that nothing can have been issued for', () => {
  const away = (undone: boolean) => () => Promise.reject(new BrokerError('provider_unavailable', { undone }));

  test.each([
    { name: 'is none where the provider refused, or was never reached', undone: true, again: 'issued' },
    { name: 'counts where the provider may have issued', undone: false, again: 'token_already_used' },
  ])('$name', async ({ name, undone, again }) => {
    const token = await issuer.sign(tokenClaims({ jti: name }));
    expect(endOf(await run({ role: 'once', token }, { issue: away(undone) }))).toBe('provider_unavailable');
    expect(endOf(await run({ role: 'once', token }))).toBe(again);
  });

  test('counts where what was thrown is no failure of a provider', async () => {
    const token = await issuer.sign(tokenClaims({ jti: 'broken' }));
    expect(endOf(await run({ role: 'once', token }, { issue: never }))).toBe('internal_error');
    expect(endOf(await run({ role: 'once', token }))).toBe('token_already_used');
  });
});

describe('what is switched off', () => {
  const pipeline = ['my-pipeline', 'my-organization', BUILDKITE];
  const off = (what: SwitchSubject, names: readonly string[]): Partial<Parts> => ({
    switches: async () => [switchOf({ what, names })],
  });

  test.each<[what: SwitchSubject, end: string, names: readonly string[]]>([
    ['issuer', 'issuer_switched_off', [BUILDKITE]],
    ['kid', 'key_switched_off', [KEY_ID]],
    ['organization', 'caller_switched_off', pipeline.slice(1)],
    ['pipeline', 'caller_switched_off', pipeline],
    ['role', 'role_switched_off', ['once']],
  ])('%s: nothing is issued, no token is used up, and it is told as %s', async (what, end, names) => {
    const parts = { ...off(what, names), issue: never, spent: { spend: never } };
    const outcome = await run({ role: 'once' }, parts);
    expect([endOf(outcome), outcome.reached.off?.names]).toEqual([end, names]);
  });

  test('T60: an issuer and a key are looked at before any role', async () => {
    const parts = { ...off('issuer', [BUILDKITE]), roles: NO_ROLES };
    expect(endOf(await run({}, parts))).toBe('issuer_switched_off');
  });

  test.each<{ name: string; what: SwitchSubject; names: readonly string[] }>([
    { name: 'a role', what: 'role', names: ['deploy-web'] },
    { name: 'a pipeline', what: 'pipeline', names: pipeline },
  ])('T43: $name tells nothing to whom its trust policy does not admit', async ({ what, names }) => {
    const outcome = await run({ claims: { build_branch: 'topic' } }, off(what, names));
    expect(endOf(outcome)).toBe('no_statement_holds');
  });

  test('D11: nothing is issued when it cannot be told', async () => {
    const switches = () => Promise.reject(new BrokerError('switches_unavailable'));
    expect(endOf(await run({}, { switches, roles: NO_ROLES }))).toBe('switches_unavailable');
  });

  test('T60: is not asked for a token that is not good', async () => {
    expect(endOf(await run({ token: 'a.b.c' }, { switches: never }))).toBe('token_malformed');
  });
});

describe('T75: over its limit, an organization', () => {
  const tight = async () => {
    const limits = { ...PLENTY, exchanges: { perMinute: 6, burst: 1 } };
    const both = `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: { in: [my-organization, another] } }\n${PROVIDER}\n`;
    const { broker } = await testBroker({ roles: { first: both, second: both }, limits });
    await run({ role: 'first' }, {}, broker);
    return broker;
  };
  const another = { organization_slug: 'another' };

  test.each<[name: string, ask: Ask, end: string]>([
    ['is told to wait', { role: 'first' }, 'rate_limited'],
    [
      'is told so, whichever pipeline asks',
      { role: 'first', claims: { pipeline_slug: 'another' } },
      'rate_limited',
    ],
    ['is told as much as before of a role that is not there', { role: 'third' }, 'role_unknown'],
  ])('%s', async (_name, ask, end) => {
    expect(endOf(await run(ask, { issue: never, spent: { spend: never } }, await tight()))).toBe(end);
  });

  test.each<{ name: string; ask: Ask }>([
    { name: 'has its other roles', ask: { role: 'second' } },
    { name: 'does not keep another one out', ask: { role: 'first', claims: another } },
  ])('$name', async ({ ask }) => {
    expect(endOf(await run(ask, {}, await tight()))).toBe('issued');
  });

  test('hears how long to wait', async () => {
    expect(await run({ role: 'first' }, {}, await tight())).toMatchObject({ error: { retryAfter: 10 } });
  });
});

describe('T75: what is refused counts too,', () => {
  const PLAIN = 'https://plain.example';
  const tenants = `trust:\n  - iss: ${PLAIN}\n    claims: { tenant: { in: [one, two] } }\n${PROVIDER}\n`;
  const two = `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization, pipeline_slug: { in: [web, api] }, build_branch: main }\n${PROVIDER}\n`;
  const limits = { ...PLENTY, refusals: { perMinute: 6, burst: 2 } };
  const topic = { pipeline_slug: 'web', build_branch: 'topic' };

  /** How each of these ended, one after another. */
  const ends = async (asks: readonly Ask[], using?: typeof broker): Promise<string[]> => {
    const here = using ?? (await testBroker({ roles: { two, tenants }, limits, issuers: GUARDED })).broker;
    const ended: string[] = [];
    for (const ask of asks) ended.push(endOf(await run({ role: 'two', ...ask }, {}, here)));
    return ended;
  };

  test.each<[name: string, ask: Ask, end: string]>([
    ['a denial', { claims: topic }, 'no_statement_holds'],
    ['a role that there is not', { role: 'three', claims: topic }, 'role_unknown'],
    ['a role of a near name', { role: 'tow', claims: topic }, 'role_unknown'],
    [
      'a token that the guard of the fleet keeps out',
      { claims: { ...topic, organization_slug: 'another' } },
      'guard_not_met',
    ],
  ])('%s', async (_name, ask, end) => {
    expect(await ends([ask, ask, ask])).toEqual([end, end, 'rate_limited']);
  });

  test('and then nothing is looked at for that pipeline', async () => {
    const { broker: here } = await testBroker({ roles: { two }, limits });
    await ends([{ claims: topic }, { claims: topic }], here);
    expect(endOf(await run({ role: 'two', claims: topic }, { roles: NO_ROLES }, here))).toBe('rate_limited');
  });

  test('a switch that is in the way', async () => {
    const { broker: here } = await testBroker({ roles: { two }, limits });
    const switches = async () => [switchOf({ what: 'issuer', names: [BUILDKITE] })];
    const told = [];
    for (let n = 0; n < 3; n++)
      told.push(endOf(await run({ role: 'two', claims: topic }, { switches }, here)));
    expect(told).toEqual(['issuer_switched_off', 'issuer_switched_off', 'rate_limited']);
  });

  test('of one pipeline alone: its neighbor is issued as ever', async () => {
    const api = { pipeline_slug: 'api' };
    expect(await ends([{ claims: topic }, { claims: topic }, { claims: topic }, { claims: api }])).toEqual([
      'no_statement_holds',
      'no_statement_holds',
      'rate_limited',
      'issued',
    ]);
  });

  test('but what is issued does not', async () => {
    expect(await ends(Array(5).fill({ claims: { pipeline_slug: 'web' } }))).toEqual(Array(5).fill('issued'));
  });

  test('T-5: of one issuer alone: the same names of another have a bucket of their own', async () => {
    const edge = 'https://agent-edge.buildkite.com';
    const issuers = `${GUARDED}- preset: buildkite\n  issuer: ${edge}\n`;
    const both = `${two.split('\n').slice(0, 3).join('\n')}\n  - iss: ${edge}\n    claims: { organization_slug: my-organization }\n${PROVIDER}\n`;
    const tight = { ...PLENTY, exchanges: { perMinute: 6, burst: 1 } };
    const { broker: here } = await testBroker({ roles: { two: both }, limits: tight, issuers });
    const web = { pipeline_slug: 'web' };
    expect(await ends([{ claims: web }, { claims: web }, { claims: { ...web, iss: edge } }], here)).toEqual([
      'issued',
      'rate_limited',
      'issued',
    ]);
  });

  test('D13: of a plain issuer, what binds the tenant is the bucket', async () => {
    const tight = { ...PLENTY, exchanges: { perMinute: 6, burst: 1 } };
    const { broker: here } = await testBroker({ roles: { tenants }, limits: tight });
    const of = (tenant: string): Ask => ({ role: 'tenants', claims: { iss: PLAIN, tenant } });
    expect(await ends([of('one'), of('one'), of('two')], here)).toEqual(['issued', 'rate_limited', 'issued']);
  });
});

describe('T78: thawed after a freeze, an exchange', () => {
  const until = new Date((NOW + 300) * 1000).toISOString().replace('.000', '');
  const untilRole = `trust:\n  - iss: ${BUILDKITE}\n    until: ${until}\n    claims: { organization_slug: my-organization }\n${PROVIDER}\n`;

  /** It was frozen after its token was used up, or right before it was issued. */
  const thawed = async (seconds: number, ask: Ask, parts: Partial<Parts> = {}) => {
    const { broker: here } = await testBroker({ roles: { ...roles, until: untilRole } });
    return run(ask, { now: () => NOW + seconds, ...parts }, here);
  };

  test('D17: gives nothing for a token that has expired meanwhile', async () => {
    expect(endOf(await thawed(20 * 60, {}, { issue: never }))).toBe('token_expired');
    expect(endOf(await thawed(5, {}))).toBe('issued');
  });

  test('D17: gives nothing by a statement that has ended meanwhile', async () => {
    expect(endOf(await thawed(301, { role: 'until' }, { issue: never }))).toBe('no_statement_holds');
  });

  test('D17: gives a session that ends with its statement, counted from now', async () => {
    const outcome = await thawed(200, { role: 'until' });
    expect(outcome).toMatchObject({ grant: { seconds: 100 }, credential: { expiresAt: NOW + 300 } });
  });

  test('D17: gives nothing for what was switched off meanwhile', async () => {
    let asked = 0;
    const switches = async () => (++asked < 3 ? [] : [switchOf({ what: 'role', names: ['deploy-web'] })]);
    expect(endOf(await thawed(5, {}, { switches, issue: never }))).toBe('role_switched_off');
  });

  test('T63: has not used up the token that it gave nothing for', async () => {
    let released = 0;
    const spent = { spend: async () => ({ release: async () => void released++ }) };
    await thawed(20 * 60, { role: 'once' }, { spent });
    expect(released).toBe(1);
  });

  test('T81: goes on where the clock was set back', async () => {
    expect(await thawed(-3600, {})).toMatchObject({ credential: { expiresAt: NOW + 900 } });
  });
});

describe('T85: whatever fails, nothing is issued', () => {
  test.each<[name: string, parts: Partial<Parts>, code: string]>([
    ['the verifier breaks', { verify: never }, 'internal_error'],
    ['the role store breaks', { roles: NO_ROLES }, 'internal_error'],
    ['the provider breaks', { issue: never }, 'internal_error'],
    ['something that is no error is thrown', { issue: () => Promise.reject('text') }, 'internal_error'],
    ['nothing at all is thrown', { issue: () => Promise.reject(undefined) }, 'internal_error'],
    [
      'the provider refuses',
      { issue: () => Promise.reject(new BrokerError('provider_refused')) },
      'provider_refused',
    ],
    ['the issuer’s row is gone', { rows: new Map() }, 'guard_not_met'],
  ])('%s', async (_name, parts, code) => {
    expect(endOf(await run({}, parts))).toBe(code);
  });
});
