import { describe, expect, test } from 'vitest';
import { BUILDKITE } from '../harness/policy.ts';
import { compileRegistryText, METHODS, REGISTRY_AUDIENCE, registryFrom } from '../harness/registry.ts';

const FLAT = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: my-organization }\n`;
const SCOPED = `trust:
  - iss: ${BUILDKITE}
    scopes: [delete_packages]
    claims: { organization_slug: my-organization }
`;

test('a registry is compiled to whom it is for, where it is, and what each method needs', () => {
  expect(registryFrom(`${METHODS}${SCOPED}contact: "#packages"\n`)).toMatchObject({
    name: 'tested',
    contact: '#packages',
    audience: REGISTRY_AUDIENCE,
    path: '/npm',
    methods: {
      GET: 'read_packages',
      HEAD: 'read_packages',
      PUT: 'write_packages',
      DELETE: 'delete_packages',
    },
    trust: [{ id: 'trust[0]', scopes: ['delete_packages'] }],
    deny: [],
    issuers: { [BUILDKITE]: { nullable: ['build_tag', 'step_key'], audiences: [] } },
  });
});

test('the flat form without scopes reads and writes, and does not delete', () => {
  expect(registryFrom(METHODS + FLAT).trust[0]?.scopes).toEqual(['read_packages', 'write_packages']);
});

test('the flat form with scopes has these alone', () => {
  const own = FLAT.replace('organization_slug', 'scopes: [read_packages], organization_slug');
  expect(registryFrom(METHODS + own).trust[0]?.scopes).toEqual(['read_packages']);
});

function lines(...more: string[]): string {
  return `${more.join('\n')}\n`;
}
const AT = lines('audience: https://a.test', 'path: /npm', 'methods: { GET: read }');

describe('refused at load:', () => {
  test.each<{ name: string; text: string; refusals: string[] }>([
    { name: 'a list', text: '- { iss: x }\n', refusals: ['wrong-type 1:1'] },
    {
      name: 'nothing but trust',
      text: FLAT,
      refusals: ['missing-key 1:1', 'missing-key 1:1', 'missing-key 1:1'],
    },
    {
      name: 'a provider, which is for roles',
      text: `${AT}${FLAT}jwt: { audience: https://b.test }\n`,
      refusals: ['unknown-key 6:1'],
    },
    {
      name: 'claims without scopes, which would give everything',
      text: AT + SCOPED.replace('    scopes: [delete_packages]\n', ''),
      refusals: ['scopes-refused 5:5'],
    },
    {
      name: 'T31: no binding',
      text: `${AT}trust:\n  - { iss: ${BUILDKITE}, pipeline_slug: web }\n`,
      refusals: ['binding-missing 5:5'],
    },
    {
      name: 'an issuer that broker.yml lacks',
      text: `${AT}trust:\n  - { iss: https://evil.example, organization_slug: acme }\n`,
      refusals: ['issuer-unknown 5:12'],
    },
    {
      name: 'a method in small letters, which no client sends',
      text: lines('audience: https://a.test', 'path: /npm', 'methods: { get: read }') + FLAT,
      refusals: ['unknown-key 3:12'],
    },
    {
      name: 'no method at all',
      text: lines('audience: https://a.test', 'path: /npm', 'methods: {}') + FLAT,
      refusals: ['empty 3:10'],
    },
    {
      name: 'several scopes for a method',
      text: lines('audience: https://a.test', 'path: /npm', 'methods: { GET: [a, b] }') + FLAT,
      refusals: ['wrong-type 3:17'],
    },
    {
      name: 'T20: an audience that Buildkite takes too',
      text:
        lines('audience: https://packages.buildkite.com/acme/npm', 'path: /npm', 'methods: { GET: read }') +
        FLAT,
      refusals: ['audience-shared 1:11'],
    },
    ...['/', '/npm/', 'npm', '/npm/../admin', '/npm//a', '/n%2fpm'].map(path => ({
      name: `the path ${path}`,
      text: lines('audience: https://a.test', `path: "${path}"`, 'methods: { GET: read }') + FLAT,
      refusals: ['wrong-value 2:7'],
    })),
  ])('$name', ({ text, refusals }) => {
    expect(compileRegistryText(text)).toEqual({ registry: undefined, refusals });
  });
});
