import { describe, expect, test } from 'vitest';
import { assumeVerified } from '../lib/review/assume.ts';
import {
  countNames,
  describeSwitch,
  findMissingId,
  findSuspended,
  findSwitch,
  findSwitchReason,
  NO_SWITCHES,
  readSwitchKey,
  type Switch,
  type SwitchSubject,
  VOUCHERS,
  writeSwitchKey,
} from '../lib/switch.ts';
import { type Origin, readTokenOrigin } from '../lib/token/origin.ts';
import { TRUST } from './harness/grant.ts';
import { BUILDKITE, buildkiteClaims, GITHUB, ISSUERS, NOW, roleFrom, rowsFrom } from './harness/policy.ts';
import { switchOf } from './harness/switch.ts';

const ORIGIN: Origin = {
  issuer: BUILDKITE,
  keyId: 'key-1',
  organization: 'acme',
  pipeline: 'web',
  role: 'deploy-web',
};
function strikes(what: SwitchSubject, names: readonly string[], origin = ORIGIN): boolean {
  return findSwitch([switchOf({ what, names })], origin) !== undefined;
}

describe('a switch strikes', () => {
  test.each<{ what: SwitchSubject; names: readonly string[]; reason: string }>([
    { what: 'issuer', names: [BUILDKITE], reason: 'issuer_switched_off' },
    { what: 'kid', names: ['key-1'], reason: 'key_switched_off' },
    { what: 'organization', names: ['acme', BUILDKITE], reason: 'caller_switched_off' },
    { what: 'pipeline', names: ['web', 'acme', BUILDKITE], reason: 'caller_switched_off' },
    { what: 'role', names: ['deploy-web'], reason: 'role_switched_off' },
  ])('this $what, as $reason', ({ what, names, reason }) => {
    expect(strikes(what, names)).toBe(true);
    expect(findSwitchReason(switchOf({ what, names }))).toBe(reason);
  });

  test.each<{ name: string; what: SwitchSubject; names: readonly string[]; changes: Partial<Origin> }>([
    {
      name: 'an organization, whoever does not say which',
      what: 'organization',
      names: ['acme', BUILDKITE],
      changes: { organization: undefined },
    },
    {
      name: 'a pipeline, whoever does not say which',
      what: 'pipeline',
      names: ['web', 'acme', BUILDKITE],
      changes: { pipeline: undefined },
    },
  ])('in doubt: $name', ({ what, names, changes }) => {
    expect(strikes(what, names, { ...ORIGIN, ...changes })).toBe(true);
  });
});

describe('T94: a switch of an organization or a pipeline knows its id', () => {
  const row = rowsFrom(ISSUERS).get(BUILDKITE);
  const origin = (changes: { readonly [name: string]: unknown }): Origin =>
    readTokenOrigin(assumeVerified(buildkiteClaims(changes), roleFrom(TRUST)), row, 'deploy-web');
  const names = ['my-pipeline', 'my-organization', BUILDKITE];
  const PIPELINE = switchOf({ what: 'pipeline', names, id: 'p-1' });
  const ORGANIZATION = switchOf({ what: 'organization', names: names.slice(1), id: 'o-1' });
  const plainly = { ...PIPELINE, byName: true };

  test.each<[string, Switch, { readonly [name: string]: unknown }, boolean]>([
    ['the pipeline itself', PIPELINE, { pipeline_id: 'p-1' }, true],
    ['the pipeline, renamed', PIPELINE, { pipeline_id: 'p-1', pipeline_slug: 'innocent' }, true],
    [
      'the pipeline, renamed in case alone',
      PIPELINE,
      { pipeline_id: 'p-2', pipeline_slug: 'My-Pipeline' },
      true,
    ],
    [
      'the pipeline, moved to another organization',
      PIPELINE,
      { pipeline_id: 'p-1', organization_slug: 'another' },
      true,
    ],
    ['another that took its name', PIPELINE, { pipeline_id: 'p-2' }, true],
    ['one that does not say its id', PIPELINE, { pipeline_slug: 'innocent' }, true],
    ['one of another id and name', PIPELINE, { pipeline_id: 'p-2', pipeline_slug: 'other' }, false],
    ['one without an id, elsewhere', PIPELINE, { pipeline_slug: 'web', organization_slug: 'another' }, false],
    ['by name: one that does not say its id', plainly, { pipeline_slug: 'innocent' }, false],
    ['by name: one that says its id', plainly, { pipeline_slug: 'innocent', pipeline_id: 'p-1' }, true],
    ['by name: its name', plainly, {}, true],
    ['the organization, renamed', ORGANIZATION, { organization_id: 'o-1', organization_slug: 'acme' }, true],
    ['an organization that does not say its id', ORGANIZATION, { organization_slug: 'acme' }, true],
    ['another organization', ORGANIZATION, { organization_id: 'o-2', organization_slug: 'acme' }, false],
    ['a switch that is on again', { ...PIPELINE, off: false }, { pipeline_id: 'p-1' }, false],
  ])('%s', (_name, each, changes, struckByIt) => {
    expect(findSwitch([each], origin(changes)) !== undefined).toBe(struckByIt);
  });

  test('and which claim is missing', () => {
    expect(findMissingId(PIPELINE, origin({ pipeline_slug: 'innocent' }))).toBe('pipeline_id');
    expect(findMissingId(ORGANIZATION, origin({}))).toBe('organization_id');
    expect(findMissingId(PIPELINE, origin({ pipeline_id: 'p-1' }))).toBeUndefined();
    expect(findMissingId(plainly, origin({}))).toBeUndefined();
  });

  test.each<[string, string, boolean]>([
    ['the group itself', 'acme', true],
    ['a group in it', 'acme/team', true],
    ['a group in that', 'ACME/team/web', true],
    ['a group of a longer name', 'acme-labs', false],
    ['a group of that name in another', 'labs/acme', false],
  ])('of GitLab, a group and all that is in it: %s', (_name, organization, struckByIt) => {
    const gitlab = 'https://gitlab.com';
    const each = switchOf({ what: 'organization', names: ['acme', gitlab], byName: true });
    expect(findSwitch([each], { ...ORIGIN, issuer: gitlab, organization }) !== undefined).toBe(struckByIt);
  });
});

describe('a switch strikes nobody else', () => {
  test.each<{ name: string; what: SwitchSubject; names: readonly string[] }>([
    { name: 'another issuer', what: 'issuer', names: [`${BUILDKITE}/`] },
    { name: 'another key', what: 'kid', names: ['key-10'] },
    { name: 'an organization of that name elsewhere', what: 'organization', names: ['acme', GITHUB] },
    { name: 'a pipeline of that name elsewhere', what: 'pipeline', names: ['web', 'your-org', BUILDKITE] },
    { name: 'another role', what: 'role', names: ['deploy'] },
  ])('$name', ({ what, names }) => {
    expect(strikes(what, names)).toBe(false);
  });

  test('where no role is asked for, a role', () => {
    expect(strikes('role', ['deploy-web'], { ...ORIGIN, role: undefined })).toBe(false);
  });

  test('of another kind than is looked for', () => {
    expect(findSwitch([switchOf({ what: 'role', names: ['deploy-web'] })], ORIGIN, VOUCHERS)).toBeUndefined();
  });

  test('once it is on again', () => {
    expect(
      findSwitch([switchOf({ what: 'role', names: ['deploy-web'], off: false })], ORIGIN),
    ).toBeUndefined();
  });
});

describe('an origin', () => {
  const token = assumeVerified(buildkiteClaims(), roleFrom(TRUST));

  test('has the names that the audit event has', () => {
    const row = rowsFrom(ISSUERS).get(BUILDKITE);
    expect(readTokenOrigin(token, row, 'deploy-web')).toMatchObject({
      issuer: BUILDKITE,
      organization: 'my-organization',
      pipeline: 'my-pipeline',
      role: 'deploy-web',
    });
  });

  test('has none that the row of its issuer does not know', () => {
    expect(readTokenOrigin(token, undefined)).toMatchObject({ organization: undefined, pipeline: undefined });
  });
});

describe('the key of a switch', () => {
  test.each<[SwitchSubject, readonly string[]]>([
    ['issuer', [BUILDKITE]],
    ['pipeline', ['a pipeline, with "words"', 'acme', BUILDKITE]],
  ])('of a %s is read as it was written', (what, names) => {
    expect(readSwitchKey(writeSwitchKey({ what, names }))).toEqual({ what, names });
    expect(countNames(what)).toBe(names.length);
  });

  test('is plain to write by hand', () => {
    expect(writeSwitchKey({ what: 'role', names: ['deploy-web'] })).toBe('["role","deploy-web"]');
  });

  test.each([
    '',
    'role deploy-web',
    '{}',
    '["role"]',
    '["role","a","b"]',
    '["role",1]',
    '["roles","a"]',
    '[null]',
    '["constructor"]',
  ])('cannot be %s', key => {
    expect(readSwitchKey(key)).toBeUndefined();
  });
});

describe('what a role demands is suspended', () => {
  const suspend = (changes: Partial<Switch> = {}): Switch =>
    switchOf({ what: 'running', names: ['production'], until: '2027-01-15T12:00:00.000Z', ...changes });

  test.each<[string, Partial<Switch>, boolean]>([
    ['for some hours', {}, true],
    ['and took it back', { off: false }, false],
    ['of another role', { names: ['other'] }, false],
    ['until a time that has passed', { until: '2027-01-15T08:00:00.000Z' }, false],
    ['until a time that is none', { until: 'tomorrow' }, false],
    ['for longer than three days', { until: '2027-01-18T08:00:00.001Z' }, false],
    ['for three days', { until: '2027-01-18T08:00:00.000Z' }, true],
    ['at no time', { at: 'never' }, false],
  ])('T87: %s', (_name, changes, holds) => {
    expect(findSuspended([suspend(changes)], 'production', NOW)).toEqual(holds ? ['running'] : []);
  });

  test('without an end it suspends nothing', () => {
    const { until: _, ...endless } = suspend();
    expect(findSuspended([endless], 'production', NOW)).toEqual([]);
  });
});

test('the log is told what is off, by whom, since when and why', () => {
  const off = switchOf({ what: 'pipeline', names: ['web', 'acme', BUILDKITE] });
  expect(describeSwitch(off)).toBe(
    `pipeline web of acme of ${BUILDKITE}, by ${off.by} at ${off.at}: a key leaked`,
  );
});

test('without a table nothing is off', async () => {
  expect(await NO_SWITCHES()).toEqual([]);
});
