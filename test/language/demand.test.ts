import { describe, expect, test } from 'vitest';
import { type Complaint, Complaints } from '../../lib/language/complaint.ts';
import { compileRegistry, parseRegistry } from '../../lib/language/registry.ts';
import { TRUST } from '../harness/grant.ts';
import { ALICE, BOB, eventSetting, issuersWithEvents, SOURCE } from '../harness/job-events.ts';
import { BUILDKITE, GITHUB, placesOf, refusalsOf, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';

function approval(by: string, within = '1h', step = 'release'): string {
  return `approval: { step: ${step}, by: ${by}, within: ${within} }\n${TRUST}`;
}

describe('what a role demands is compiled', () => {
  test('an approval by people and groups, each person once', () => {
    expect(roleFrom(approval('[alice, release-managers]', '90m'), eventSetting()).approval).toEqual({
      step: 'release',
      by: [
        { name: 'alice', id: ALICE },
        { name: 'bob', id: BOB },
      ],
      within: 5400,
    });
  });

  test('nothing where nothing is said, so that the digest of a role is what it was', () => {
    const role = roleFrom(TRUST, eventSetting());
    expect([Object.hasOwn(role, 'running'), Object.hasOwn(role, 'approval')]).toEqual([false, false]);
    expect(role.issuers[BUILDKITE]).toEqual(roleFrom(TRUST).issuers[BUILDKITE]);
  });
});

describe('what could never be met is refused', () => {
  test.each<[name: string, role: string, ...refusals: string[]]>([
    ['nobody of that name', approval('[alcie]'), 'demand-refused 1:33'],
    ['nobody', approval('[]'), 'empty 1:32'],
    ['no list', approval('alice'), 'wrong-type 1:32'],
    ['no length', approval('[alice]', '1d'), 'wrong-value 1:49'],
    ['a length of nothing', approval('[alice]', '0h'), 'wrong-value 1:49'],
    ['more than a week', approval('[alice]', '169h'), 'wrong-value 1:49'],
    ['a key that no step has', approval('[alice]', '1h', '"a b"'), 'wrong-value 1:19'],
    ['no within', `approval: { step: release, by: [alice] }\n${TRUST}`, 'missing-key 1:11'],
    ['a word more', `approval: { step: a, by: [alice], within: 1h, count: 2 }\n${TRUST}`, 'unknown-key 1:47'],
    ['running as text', `running: "yes"\n${TRUST}`, 'wrong-type 1:10'],
    ['T87: running that is taken back', `running: false\n${TRUST}`, 'demand-refused 1:10'],
  ])('%s', (_name, role, ...refusals) => {
    expect(refusalsOf(role, eventSetting())).toEqual(refusals);
  });

  test('T88: by whom broker.yml names nobody at all', () => {
    const { people: _, ...setting } = eventSetting();
    expect(refusalsOf(approval('[alice]'), setting)).toEqual(['demand-refused 1:33']);
  });

  test.each([
    ['running', `running: true\n${TRUST}`, ['demand-refused 1:10']],
    ['approval', approval('[alice]'), ['demand-refused 1:11']],
  ])('%s, of an issuer whose row has no events', (_name, role, refusals) => {
    expect(refusalsOf(role, { ...settingOf(), people: eventSetting().people })).toEqual(refusals);
  });

  test('running, where one of two issuers sends no events', () => {
    const two = `running: true\n${TRUST}  - { iss: ${GITHUB}, repository: acme/web }\n`;
    expect(refusalsOf(two, eventSetting())).toEqual(['demand-refused 1:10']);
  });
});

describe('a row', () => {
  const complaintsOf = (yaml: string): string => {
    try {
      rowsFrom(yaml);
      return '';
    } catch (error) {
      return placesOf(JSON.parse((error as Error).message) as Complaint[]).join();
    }
  };
  const entry = (changes: object = {}): string =>
    JSON.stringify({
      source: SOURCE.source,
      organization_id: SOURCE.organizationId,
      account: SOURCE.account,
      ...changes,
    });
  const row = (more: string): string => `- preset: buildkite\n${more}`;

  test.each([
    ['says whose events are believed', row(`  events: [${entry()}]`), ''],
    ['is refused that demands what it cannot know', row('  running: true'), 'demand-refused 1:3'],
    ['is refused of another vendor', `- preset: github-actions\n  events: [${entry()}]`, 'issuer-row 1:3'],
    [
      'is refused with one source twice',
      row(`  events: [${entry()}, ${entry({ account: '999999999999' })}]`),
      'issuer-row 1:3',
    ],
    [
      'is refused with another partner',
      row(`  events: [${entry({ source: 'aws.partner/example.com/a/b' })}]`),
      'wrong-value 2:22',
    ],
    [
      'is refused with a pattern',
      row(`  events: [${entry({ source: 'aws.partner/buildkite.com/my/*' })}]`),
      'wrong-value 2:22',
    ],
    [
      'is refused with a slug for the id',
      row(`  events: [${entry({ organization_id: 'acme' })}]`),
      'wrong-value 2:102',
    ],
    [
      'is refused with a number for the account',
      row(`  events: [${entry({ account: 123123123123 })}]`),
      'wrong-type 2:151',
    ],
    ['is refused with no source', row('  events: []'), 'empty 2:11'],
  ])('%s', (_name, yaml, complaints) => {
    expect(complaintsOf(yaml)).toBe(complaints);
  });
});

describe('a registry', () => {
  const registry = (issuers: string, more = '') => {
    const complaints = new Complaints();
    const text = `${more}audience: https://r.example\npath: /npm\nmethods: { GET: read_packages }\ntrust: [{ iss: ${BUILDKITE}, organization_slug: a }]\n`;
    const document = parseRegistry('r', 'r.yml', text, complaints);
    if (document) compileRegistry(document, rowsFrom(issuers), complaints);
    return placesOf(complaints.all);
  };

  test.each([
    [
      'is refused that trusts an issuer of which every role asks',
      issuersWithEvents('\n  running: true'),
      '',
      ['demand-refused 4:9'],
    ],
    ['is refused that asks itself', issuersWithEvents(), 'running: true\n', ['unknown-key 1:1']],
    ['takes an issuer that merely sends events', issuersWithEvents(), '', []],
  ])('%s', (_name, issuers, more, complaints) => {
    expect(registry(issuers, more)).toEqual(complaints);
  });
});
