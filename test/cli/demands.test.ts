import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLine, wordsOf } from '../harness/command-line.ts';
import { ALICE, BOB, BUILD, SOURCE } from '../harness/job-events.ts';
import { fileOf, folderOf } from '../harness/local.ts';

const BROKER = `url: https://sts.acme.example
people: { alice: ${ALICE}, bob: ${BOB} }
issuers:
  - preset: buildkite
    events: [{ source: ${SOURCE.source}, organization_id: ${SOURCE.organizationId}, account: "${SOURCE.account}" }]
`;
const TRUST = `trust:
  - iss: https://agent.buildkite.com
    id: main
    claims: { organization_slug: acme, pipeline_slug: web, build_branch: main, build_source: webhook, build_tag: null }
jwt: { audience: https://api.test.example }
`;
const APPROVED = 'running: true\napproval: { step: release, by: [alice], within: 1h }\n';
const CLAIMS = {
  organization_slug: 'acme',
  pipeline_slug: 'web',
  build_branch: 'main',
  build_source: 'webhook',
};

type Files = { readonly [path: string]: string };
function configOf(demands = APPROVED, more: Files = {}): string {
  return folderOf({ 'broker.yml': BROKER, 'roles/web.yml': `${demands}${TRUST}`, ...more });
}

function ran(folder: string, ...words: readonly string[]) {
  return runLine(words, { KITE_STS_CONFIG: folder });
}

describe('explain', () => {
  const ASKED = wordsOf(`explain --role web --claims ${fileOf(CLAIMS)}`);
  const explained = async (...words: readonly string[]) => {
    const { exits, out } = await ran(configOf(), ...ASKED, '--json', ...words);
    const { reason, says } = JSON.parse(out) as { reason?: string; says: string };
    return { exits, reason: reason ?? says.split(':')[0] };
  };

  test.each([
    ['that nothing was told', '', { exits: 2, reason: 'job_unknown' }],
    ['that the job has ended', '--job finished', { exits: 2, reason: 'job_finished' }],
    ['that nobody approved', '--job running', { exits: 2, reason: 'approval_missing' }],
    ['that somebody else approved', '--approved-by bob', { exits: 2, reason: 'approval_missing' }],
    ['who approved, by name', '--approved-by alice', { exits: 0, reason: 'ALLOWED' }],
    ['who approved, by id', `--approved-by ${ALICE}`, { exits: 0, reason: 'ALLOWED' }],
  ])('takes %s', async (_name, words, told) => {
    expect(await explained(...wordsOf(words))).toEqual(told);
  });

  test('takes no other state', async () => {
    expect((await ran(configOf(), ...ASKED, '--job', 'paused')).exits).toBe(64);
  });
});

const EVENT = {
  event: 'exchange',
  time: '2027-01-15T08:00:00.000Z',
  decision_id: 'd',
  outcome: 'issued',
  role: 'web',
  scopes: [],
  issuer: 'https://agent.buildkite.com',
  claims: { iss: 'https://agent.buildkite.com', aud: 'https://sts.acme.example', ...CLAIMS },
};
const KNOWN = {
  job_state: 'running',
  build_id: BUILD,
  approval_evidence: { step: 'release', by: ALICE, name: 'alice', at: '2027-01-15T07:30:00.000Z' },
};

describe('an audit event is decided again by what was known then', () => {
  test.each<[string, object, number]>([
    ['allowed by the approval of then', KNOWN, 0],
    ['denied without it', { ...KNOWN, approval_evidence: undefined }, 2],
    [
      'denied by one that was too old',
      { ...KNOWN, approval_evidence: { ...KNOWN.approval_evidence, at: '2027-01-15T06:59:00.000Z' } },
      2,
    ],
    ['denied after the end of the job', { ...KNOWN, job_state: 'finished' }, 2],
    ['allowed where an operator had suspended it', { suspended: 'running approval' }, 0],
  ])('%s', async (_name, known, exits) => {
    const file = fileOf({ ...EVENT, ...known });
    expect((await ran(configOf(), 'explain', '--decision', 'd', '--audit', file)).exits).toBe(exits);
  });

  test.each<[string, object, string, string[]]>([
    ['what was known', KNOWN, APPROVED, []],
    ['another approver now', KNOWN, APPROVED.replace('alice', 'bob'), ['denied']],
    ['an event of which nobody looked', {}, APPROVED, ['unknown']],
  ])('replay with %s', async (_name, known, demands, turns) => {
    const { out } = await ran(configOf(demands), 'replay', fileOf({ ...EVENT, ...known }), '--json');
    const { otherwise } = JSON.parse(out) as { otherwise: { turn: string }[] };
    expect(otherwise.map(({ turn }) => turn)).toEqual(turns);
  });
});

describe('cases', () => {
  const CASE = `    claims: ${JSON.stringify(CLAIMS)}\n`;
  const tested = (cases: string) =>
    ran(configOf(APPROVED, { 'roles/web.test.yml': `cases:\n${cases}` }), 'test');
  const one = (lines: string): string => `  - name: one\n${CASE}${lines}`;

  test.each([
    [
      'a job that runs and is approved',
      '    job: running\n    approved: { by: alice, ago: 59m }\n    allow: main\n',
    ],
    ['an approval alone, of a job that runs', '    approved: { by: alice }\n    allow: main\n'],
    ['nothing that was told', '    deny: job_unknown\n'],
    ['nothing, said so', '    job: unknown\n    deny: job_unknown\n'],
    ['a job that has ended', '    job: finished\n    approved: { by: alice }\n    deny: job_finished\n'],
    ['an approval that is old', '    approved: { by: alice, ago: 61m }\n    deny: approval_too_old\n'],
    ['an approval by another', '    approved: { by: bob }\n    deny: approval_missing\n'],
    ['an approval of another step', '    approved: { by: alice, step: test }\n    deny: approval_missing\n'],
  ])('say what events told: %s', async (_name, lines) => {
    expect(await tested(one(lines))).toMatchObject({ exits: 0 });
  });

  test('that expect otherwise fail', async () => {
    expect(await tested(one('    job: running\n    allow: main\n'))).toMatchObject({ exits: 2 });
  });

  test('of a registry say nothing of jobs', async () => {
    const registry = `audience: https://r.example\npath: /npm\nmethods: { GET: read_packages }\n${TRUST.split('jwt')[0]}    scopes: [read_packages]\n`;
    const cases = `cases:\n  - name: one\n${CASE}    method: GET\n    job: running\n    allow: main\n`;
    const folder = folderOf({
      'broker.yml': BROKER,
      'registries/npm.yml': registry,
      'registries/npm.test.yml': cases,
    });
    expect(await ran(folder, 'test')).toMatchObject({ exits: 1 });
  });

  test('that --init writes meet what the role demands', async () => {
    const folder = configOf();
    await ran(folder, 'test', '--init', 'web');
    const written = readFileSync(join(folder, 'roles/web.test.yml'), 'utf8');
    expect(written).toContain('    job: running\n    approved: { by: alice }\n');
    expect(await ran(folder, 'test', '--coverage', '--mutate')).toMatchObject({ exits: 0 });
  });
});

test('what-can and who-can say what is demanded beside', async () => {
  const what = await ran(configOf(), 'what-can', '--claims', fileOf(CLAIMS));
  expect(what).toMatchObject({ exits: 0 });
  expect(what.out).toMatch(
    /^web by "main".*\n {2}while the job of the token runs\n {2}while the block step "release"/,
  );
  const who = await ran(configOf(), 'who-can', 'web');
  expect(who.out).toMatch(
    /\n {2}and only while the job of the token runs\n {2}and only while the block step "release".* alice,/,
  );
});

describe('prove', () => {
  const proved = (demands: string, rest = '') =>
    ran(
      configOf(demands, {
        'invariants.yml': `- { id: approved, says: Production needs an approval., roles: web, demands: [approval]${rest} }\n`,
      }),
      'prove',
    );

  test('holds a role to what it must demand', async () => {
    expect(await proved(APPROVED)).toMatchObject({
      exits: 0,
      out: expect.stringMatching(/^proved +approved/),
    });
    const refuted = await proved('running: true\n');
    expect(refuted).toMatchObject({ exits: 2, out: expect.stringContaining('role web demands no approval') });
  });

  test('takes what the row of the issuer demands', async () => {
    const invariants = '- { id: run, says: Jobs run., demands: [running] }\n';
    const folder = (row: string) =>
      folderOf({ 'broker.yml': `${BROKER}${row}`, 'roles/web.yml': TRUST, 'invariants.yml': invariants });
    expect((await ran(folder('    running: true\n'), 'prove')).exits).toBe(0);
    expect((await ran(folder(''), 'prove')).exits).toBe(2);
  });

  test('refuses a sentence of registries, which demand nothing', async () => {
    expect((await proved(APPROVED, ', registries: npm')).exits).toBe(1);
  });
});

describe('diff', () => {
  const compared = async (before: string, after: string) => {
    const { exits, out } = await ran(configOf(), 'diff', configOf(before), configOf(after), '--json');
    const { roles } = JSON.parse(out) as { roles: { members: { member: string; narrower: boolean }[] }[] };
    return {
      exits,
      members: roles.flatMap(({ members }) => members.map(({ member, narrower }) => `${member} ${narrower}`)),
    };
  };

  test.each([
    ['more demanded is narrower', '', 'running: true\n', 0, ['running true']],
    ['less demanded is wider', 'running: true\n', '', 3, ['running false']],
    [
      'an approval that goes is wider',
      APPROVED,
      'running: true\n',
      3,
      ['approval.step false', 'approval.by false', 'approval.within false'],
    ],
    [
      'another approver is wider',
      APPROVED,
      APPROVED.replace('[alice]', '[alice, bob]'),
      3,
      ['approval.by false'],
    ],
    ['one fewer is narrower', APPROVED.replace('[alice]', '[alice, bob]'), APPROVED, 0, ['approval.by true']],
    ['a longer time is wider', APPROVED, APPROVED.replace('1h', '2h'), 3, ['approval.within false']],
    ['a shorter one is narrower', APPROVED, APPROVED.replace('1h', '30m'), 0, ['approval.within true']],
    ['another step may be wider', APPROVED, APPROVED.replace('release', 'test'), 3, ['approval.step false']],
  ])('%s', async (_name, before, after, exits, members) => {
    expect(await compared(before, after)).toEqual({ exits, members });
  });

  test('T87: other events that are believed are wider, and so is a row that asks no more', async () => {
    const rowed = (from: string, to: string) =>
      folderOf({ 'broker.yml': `${BROKER}    running: true\n`.replace(from, to), 'roles/web.yml': TRUST });
    const before = rowed('', '');
    expect((await ran(before, 'diff', before, rowed(SOURCE.account, '999999999999'))).exits).toBe(3);
    expect((await ran(before, 'diff', before, rowed('    running: true\n', ''))).exits).toBe(3);
    expect((await ran(before, 'diff', rowed('    running: true\n', ''), before)).exits).toBe(0);
  });
});
