import { expect, test } from 'vitest';
import { namePipeline, nameTenant } from '../../lib/policy/tenant.ts';
import { claims } from '../harness/policy.ts';

const ISSUER = 'https://agent.buildkite.com';
const NONE = {
  labels: {},
  binding: [
    { anyOf: ['tenant', 'team'], ownerPrefix: [] },
    { anyOf: ['team', 'unit'], ownerPrefix: [] },
  ],
};
const PRESET = { labels: { organization: 'organization_slug', pipeline: 'pipeline_slug' }, binding: [] };

function token(members: object) {
  return { issuer: ISSUER, claims: claims({ ...members }) };
}

test.each([
  ['its organization', PRESET, { organization_slug: 'acme' }, ['"acme"']],
  ['an organization that is a number', PRESET, { organization_slug: 7 }, ['7']],
  ['no organization that is a list', PRESET, { organization_slug: ['acme'] }, [null]],
  ['no organization', PRESET, {}, [null]],
  ['all that a statement may bind, each once', NONE, { tenant: 'a', team: 7 }, ['"a"', '7', null]],
  ['the beginning of a long name', PRESET, { organization_slug: 'x'.repeat(300) }, [`"${'x'.repeat(255)}`]],
])('T75: a tenant is counted by %s', (_, row, members, names) => {
  expect(nameTenant(token(members), row)).toEqual([ISSUER, ...names]);
});

test('T75: the text 7 and the number 7 are two tenants', () => {
  const [text, number] = ['7', 7].map(organization_slug => nameTenant(token({ organization_slug }), PRESET));
  expect(text).not.toEqual(number);
});

test.each([
  ['its pipeline', PRESET, { organization_slug: 'acme', pipeline_slug: 'web' }, ['"acme"', '"web"']],
  [
    'its subject, where no claim names one',
    { ...PRESET, labels: { organization: 'org' } },
    { org: 'a', sub: 's' },
    ['"a"', '"s"'],
  ],
])('T75: a pipeline is counted by %s', (_, row, members, names) => {
  expect(namePipeline(token(members), row)).toEqual([ISSUER, ...names]);
});
