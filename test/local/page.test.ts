import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildConsolePage } from '../../infra/build.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { call, configFolder, localBroker } from '../harness/local.ts';

const FOLDER = configFolder();
const HOSTILE = '</script><script>alert(1)</script><!--';

const { config } = loadConfig(FOLDER);
const broker = await localBroker(config ?? undefined);
const page = (await call(broker.port, { path: '/console' })).text;

function policyOf(html: string): string {
  return /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
}
function elements(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text = '']) => text);
}
function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

describe('the policy of the page', () => {
  test('lets its own script and its own style alone run, and nothing be asked of anybody', () => {
    const [script = '', style = ''] = ['script', 'style'].map(name => elements(page, name)[0]);
    const directives = Object.fromEntries(
      policyOf(page)
        .split('; ')
        .map(each => [each.split(' ')[0], each.split(' ').slice(1).join(' ')]),
    );
    expect(directives).toEqual({
      'default-src': "'none'",
      'script-src': hash(script),
      'style-src': hash(style),
      'base-uri': "'none'",
      'form-action': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    });
    expect(script.length).toBeGreaterThan(10_000);
  });

  test('is said by the header too, which adds that nobody frames it', async () => {
    const { status, headers } = await call(broker.port, { path: '/console' });
    expect([status, headers['content-security-policy']]).toEqual([
      200,
      `${policyOf(page)}; frame-ancestors 'none'`,
    ]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
});

test('the page needs no other file: no element leads anywhere', () => {
  const [markup = ''] = page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '').split('</html>');
  expect(markup).not.toMatch(/\b(src|srcset|action|data)=|<link|<base|@import|url\(/);
  const leading = [...markup.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
  expect(leading.filter(href => !href.startsWith('#'))).toEqual(['/console/decisions']);
  expect(elements(page, 'style')[0]).not.toMatch(/@import|url\(/);
});

test('the page as a file has no link to a broker', async () => {
  const leading = [...(await buildConsolePage()).matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href);
  expect(leading.filter(href => !href.startsWith('#'))).toEqual([]);
});

test('it is made to the byte alike from the same source, and names no folder of this machine', async () => {
  const [one, other] = [await buildConsolePage(), await buildConsolePage()];
  expect(one).toBe(other);
  expect(one).not.toContain(process.cwd());
});

test('it is read from the folder anew each time, and no text of a role ends its element', async () => {
  const role = `description: "${HOSTILE}"\ntrust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme }\njwt: { audience: https://packages.test.example }\n`;
  writeFileSync(join(FOLDER, 'roles/hostile.yml'), role);
  const { text } = await call(broker.port, { path: '/console' });
  expect(text).not.toContain(HOSTILE);
  const [, data = ''] = /id="configuration">([\s\S]*?)<\/script>/.exec(text) ?? [];
  expect(JSON.parse(data).roles).toContainEqual({ name: 'hostile', text: role });
  expect(policyOf(text)).toBe(policyOf(page));
});

describe('refused is', () => {
  test.each(['POST', 'PUT', 'HEAD'])('%s', async method => {
    const answer = await call(broker.port, { method, path: '/console' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });

  test('a folder that no longer loads, with what is wrong with it', async () => {
    writeFileSync(join(FOLDER, 'roles/broken.yml'), 'trust: []\n');
    const { status, text } = await call(broker.port, { path: '/console' });
    expect(status).toBe(500);
    expect(text).toContain('roles/broken.yml:1:8  empty  ');
  });

  test('T61: the Host of a name that was rebound to this address', async () => {
    const headers = { host: `sts.evil.example:${broker.port}` };
    expect(await call(broker.port, { path: '/console', headers })).toMatchObject({ status: 421 });
  });
});
