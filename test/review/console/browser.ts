import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { loadConfig } from '../../../lib/config/load.ts';
import { readSettings } from '../../../lib/config/settings.ts';
import { startLocal } from '../../../lib/local/start.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PICTURES = join(ROOT, 'coverage/console');

/** A headless Chromium, beside a local broker with the configuration of this repository. */
export type Stage = {
  readonly url: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
};

export async function stage(): Promise<Stage> {
  const { config } = loadConfig(join(ROOT, 'config'));
  const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
  if (!config) throw new Error('config/ does not load.');
  const silent = { out: () => {}, error: () => {} };
  const broker = await startLocal(config, settings, silent);
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not those of the package: they would switch off what a browser keeps from pages.
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await broker.close();
  };
  return { url: `${broker.url}/console`, browser, close };
}

export type Look = { readonly colorScheme?: 'light' | 'dark'; readonly width?: number };

/** The console as somebody opens it. A fault of its script fails the test that opened it. */
export async function opened(
  { browser, url }: Stage,
  { colorScheme = 'light', width = 1360 }: Look = {},
): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 960 } });
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(url);
  return page;
}

/** A picture of the page for people to look at: coverage/console/NAME.png. */
export async function pictured(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token of a push to a feature branch; its signature is never looked at. */
export function token(): string {
  return [
    base64url({ alg: 'RS256', kid: 'any' }),
    base64url({
      iss: 'https://agent.buildkite.com',
      sub: 'organization:acme:pipeline:web:ref:refs/heads/feature/login:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:',
      aud: 'https://sts.acme.example',
      organization_slug: 'acme',
      pipeline_slug: 'web',
      build_number: 1,
      build_branch: 'feature/login',
      build_tag: null,
      build_source: 'webhook',
    }),
    'c2lnbmF0dXJl',
  ].join('.');
}
