import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { KINDS } from '../../lib/language/kinds.ts';
import type { AzureTarget } from '../../lib/policy/targets/azure.ts';
import { NARROWER } from '../../lib/policy/targets/gcp/scopes.ts';
import { createAzureProvider } from '../../lib/providers/azure.ts';
import { FEDERATION_SECONDS } from '../../lib/providers/signed.ts';
import { testClouds } from '../harness/clouds.ts';
import { grantFor, TRUST } from '../harness/grant.ts';
import { code, codes, ROOT, read, rowsOf } from '../harness/markdown.ts';
import { NOW } from '../harness/policy.ts';
import { SIGNING } from '../harness/signing.ts';

const OUTLINE = ['What it gives', 'What the other side must set up', 'Limits', 'Errors', 'Cost'];
const FOLDER = 'docs/providers';
const PAGES = readdirSync(join(ROOT, FOLDER)).filter(page => page !== 'README.md');

test('there is a page for each provider, and the index names each', () => {
  const pages = Object.keys(KINDS).map(kind => `${kind}.md`);
  expect(PAGES.sort()).toEqual(pages.sort());
  const named = rowsOf(`${FOLDER}/README.md`, 'key').map(([key = '']) => /\]\(([^)]+)\)/.exec(key)?.[1]);
  expect(named.sort()).toEqual(pages);
});

describe.each(PAGES)('%s', page => {
  test('has the parts that every page has, in their order', () => {
    expect([...read(`${FOLDER}/${page}`).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(
      OUTLINE,
    );
  });
});

test('the scopes that cloud-platform covers are listed, each once and no other', () => {
  const [, listed = ''] =
    /nothing of Workspace:\n\n([\s\S]*?)\n\n/.exec(read('docs/reference/policy.md')) ?? [];
  expect(codes(listed).map(name => `https://www.googleapis.com/auth/${name}`)).toEqual([...NARROWER]);
});

const GUID = '11111111-2222-4333-8444-555555555555';
const CLOUDS = rowsOf(`${FOLDER}/azure.md`, '`cloud`').map(row => row.map(code));

test.each(CLOUDS)(
  'T51: in the cloud %s our JWT goes to %s and is for %s',
  async (cloud, authority, audience) => {
    const clouds = await testClouds();
    const role = `${TRUST}azure: { tenant_id: ${GUID}, client_id: ${GUID}, scope: "https://a.example/.default", cloud: ${cloud} }\n`;
    await createAzureProvider(clouds.setting, SIGNING)(grantFor<AzureTarget>(role), NOW);
    const [asked] = clouds.asked;
    const sent = new URLSearchParams(asked?.body).get('client_assertion') ?? '';
    expect([asked?.path.split('/')[1], decodeJwt(sent).aud]).toEqual([authority, audience]);
  },
);

test('how long our JWT can be presented', () => {
  const [, said = ''] = rowsOf(`${FOLDER}/README.md`, 'claim').find(([claim]) => code(claim) === 'exp') ?? [];
  expect(Number.parseInt(said, 10)).toBe(FEDERATION_SECONDS);
});
