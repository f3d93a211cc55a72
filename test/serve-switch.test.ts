import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../lib/aws/dynamo.ts';
import { serve } from '../lib/serve.ts';
import {
  createTableSwitches,
  SWITCH_TABLE,
  SWITCHES_FRESH,
  type SwitchStore,
} from '../lib/stores/switches.ts';
import { testAws } from './harness/aws.ts';
import { type TestBroker, testBroker } from './harness/broker.ts';
import { identityRequest, stsRefusal, stsRequest, TARGET, textsOf } from './harness/door.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { BUILDKITE, issuersWith, NOW, PROVIDER } from './harness/policy.ts';
import { FLAT, testAuthorizer } from './harness/registry.ts';
import { switchOf } from './harness/switch.ts';

const roles = {
  deploy: `contact: "#web"\n${TRUST}aws: { role_arn: ${TARGET} }\n`,
  publish: `${TRUST}${PROVIDER}\n`,
};
const GUARDED = issuersWith('require: { organization_slug: my-organization }');
const ROLE = switchOf({ what: 'role', names: ['deploy'] });
const ISSUER = switchOf({ what: 'issuer', names: [BUILDKITE] });
const PIPELINE = switchOf({ what: 'pipeline', names: ['my-pipeline', 'my-organization', BUILDKITE] });

const aws = await testAws();

let switchTable: string;
let store: SwitchStore;
let clock: number;
let using: TestBroker;
beforeEach(async () => {
  switchTable = await aws.dynamo.makeTable(SWITCH_TABLE.key);
  store = createTableSwitches(createDynamoTable(switchTable, aws.setting));
  clock = NOW;
  const now = (): number => clock;
  using = await testBroker({ roles, issuers: GUARDED, aws: aws.setting, now, tables: { switchTable } });
});

async function asked(audience: string, claims = {}) {
  const subject_token = await using.issuer.sign(tokenClaims(claims));
  const { status, headers, body } = await using.ask({ subject_token, audience });
  const { code = 'issued' } = JSON.parse(body) as { code?: string };
  return { status, code, waits: headers['retry-after'] !== undefined };
}

describe('T94: a pipeline that was switched off with its id', () => {
  const off = { ...PIPELINE, id: 'p-1' };
  const told = async (claims: { readonly [name: string]: unknown }) => {
    const subject_token = await using.issuer.sign(tokenClaims(claims));
    const { body } = await using.ask({ subject_token, audience: 'deploy' });
    const { code = 'issued', claims: hints } = JSON.parse(body) as { code?: string; claims?: object[] };
    return [code, hints];
  };

  test('is refused after it was renamed; who does not say its id is told how to', async () => {
    await store.set(off);
    expect((await told({ pipeline_id: 'p-1', pipeline_slug: 'innocent' }))[0]).toBe('caller_switched_off');
    expect(await told({ pipeline_slug: 'innocent' })).toEqual([
      'caller_switched_off',
      [{ claim: 'pipeline_id', why: 'absent', add: '--claim pipeline_id' }],
    ]);
    expect((await told({ pipeline_id: 'p-2', pipeline_slug: 'innocent' }))[0]).toBe('issued');
  });

  test('by name, is on again for who renames it', async () => {
    await store.set({ ...PIPELINE, byName: true });
    expect((await told({ pipeline_slug: 'innocent' }))[0]).toBe('issued');
    expect((await told({}))[0]).toBe('caller_switched_off');
  });
});

describe('what an operator switched off', () => {
  test('is refused by a broker that runs, within 60 seconds and without a deployment', async () => {
    expect((await asked('deploy')).code).toBe('issued');
    await store.set(ROLE);
    clock += SWITCHES_FRESH;
    expect(await asked('deploy')).toEqual({ status: 400, code: 'role_switched_off', waits: false });
    expect((await asked('publish')).code).toBe('issued');
  });

  test('has who and why in the audit event of each refusal', async () => {
    await store.set(PIPELINE);
    expect((await asked('publish')).code).toBe('caller_switched_off');
    expect(using.event()).toMatchObject({
      outcome: 'denied',
      code: 'caller_switched_off',
      reason: 'caller_switched_off',
      detail: expect.stringMatching(/^pipeline my-pipeline of my-organization of .*alice.*: a key leaked$/),
      statement: 'trust[0]',
      pipeline: 'my-pipeline',
    });
  });

  test('is issued again once it is switched on', async () => {
    await store.set(ROLE);
    expect((await asked('deploy')).code).toBe('role_switched_off');
    await store.set({ ...ROLE, off: false });
    clock += SWITCHES_FRESH;
    expect((await asked('deploy')).code).toBe('issued');
  });

  test('is not told whose session it was', async () => {
    const WebIdentityToken = await using.issuer.sign(tokenClaims());
    const session = textsOf(await serve(using.broker, stsRequest({ WebIdentityToken })));
    const whose = () =>
      serve(
        using.broker,
        identityRequest(session['Credentials/SessionToken'], session['Credentials/AccessKeyId']),
      );
    expect((await whose()).status).toBe(200);
    await store.set(PIPELINE);
    clock += SWITCHES_FRESH;
    expect(stsRefusal(await whose())).toEqual([403, 'AccessDenied']);
  });

  test('is let into no registry', async () => {
    await store.set(PIPELINE);
    const door = await testAuthorizer([FLAT], { table: { aws: aws.setting, switchTable } });
    expect(await door.asked({})).toBe('caller_switched_off');
    expect(door.event()).toMatchObject({
      outcome: 'denied',
      reason: 'caller_switched_off',
      registry: 'tested',
    });
    expect(await door.asked({}, { pipeline_slug: 'my-second-pipeline' })).toMatch(/^authorized /);
  });
});

describe('T43: that something is off is told to', () => {
  test.each([
    ['whom the role knows', ROLE, {}, 'role_switched_off'],
    ['no stranger', ROLE, { build_branch: 'x' }, 'trust_not_met'],
    ['all whom the guard admits, of an issuer', ISSUER, {}, 'issuer_switched_off'],
    ['nobody else, of an issuer', ISSUER, { organization_slug: 'evil' }, 'role_refused_or_unknown'],
  ])('%s', async (_name, off, claims, code) => {
    await store.set(off);
    expect((await asked('deploy', claims)).code).toBe(code);
  });
});

test('D11: with a table that is not there, which a person must mend, nothing is issued', async () => {
  const tables = { switchTable: 'no-such-table' };
  using = await testBroker({ roles, aws: aws.setting, tables });
  expect(await asked('publish')).toEqual({ status: 400, code: 'broker_misconfigured', waits: false });
  expect(using.faults.map(({ code }) => code)).toEqual(['broker_misconfigured']);
});
