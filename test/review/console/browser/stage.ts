import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { loadConfig } from '../../../../lib/config/load.ts';
import { readSettings } from '../../../../lib/config/settings.ts';
import { startLocal } from '../../../../lib/local/start.ts';
import { launchBrowser, writeCrowdPage } from './launch.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PICTURES = join(ROOT, 'coverage/console');

/** A headless Chromium, beside a local broker with the configuration of this repository. */
export type Stage = {
  /** The page that the broker serves. */
  readonly url: string;
  /** The page of a crowd of roles, as a file. */
  readonly crowd: string;
  readonly folder: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
};

async function createStage(): Promise<Stage> {
  const { config } = loadConfig(join(ROOT, 'config'));
  const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
  if (!config) throw new Error('config/ does not load.');
  const broker = await startLocal(config, settings, { out: () => {}, error: () => {} });
  const folder = mkdtempSync(join(tmpdir(), 'kite-sts-console-'));
  const crowd = await writeCrowdPage(folder, 60);
  const browser = await launchBrowser();
  const close = async (): Promise<void> => {
    await browser.close();
    await broker.close();
    rmSync(folder, { recursive: true });
  };
  return { url: `${broker.url}/console`, crowd, folder, browser, close };
}

let made: Stage | undefined;
before(async () => {
  made = await createStage();
});
after(() => made?.close());

/** What all tests of a run share. */
export function stage(): Stage {
  if (!made) throw new Error('The stage is not set yet.');
  return made;
}

export type Look = {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  /** Of the page of a crowd; the served page else. */
  readonly crowd?: boolean;
  readonly fragment?: string;
  /** Of a test that tries what is refused. */
  readonly refused?: boolean;
};

/** The console as somebody opens it. A fault of its script fails the test that opened it. */
export async function openPage(look: Look = {}): Promise<Page> {
  const { colorScheme = 'light', width = 1360, crowd = false, fragment = '' } = look;
  const { browser, url, crowd: file } = stage();
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 960 } });
  page.on('pageerror', error => {
    throw error;
  });
  await page.addInitScript(() => {
    const refused: string[] = [];
    Object.assign(globalThis, { refused });
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      refused.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  await page.goto(`${crowd ? file : url}${fragment}`);
  return page;
}

/** What the content security policy of the page had to refuse, of the page itself. */
function listRefused(page: Page): Promise<string[]> {
  return page.evaluate('refused');
}

/** A test with the console as somebody opens it. The page's content security policy has nothing to refuse in it. */
export function shows(name: string, does: (page: Page) => Promise<void>, look: Look = {}): void {
  return void test(name, async () => {
    const page = await openPage(look);
    try {
      await does(page);
      if (!look.refused) assert.deepEqual(await listRefused(page), []);
    } finally {
      await page.close();
    }
  });
}

/** A picture of the page for people to look at: coverage/console/NAME.png. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  // Else Playwright hides the caret, by a style that the page's policy refuses.
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true, caret: 'initial' });
}

export function readVerdict(page: Page): Promise<string> {
  return page.locator('#verdict strong').innerText();
}

/** The lines of the role file that the editor shows. */
export async function readEditor(page: Page): Promise<string> {
  return (await page.locator('#policy .cm-line').allTextContents()).join('\n');
}

/** Replaces all that stands in the editor, by pasting. */
export async function writeEditor(page: Page, text: string): Promise<void> {
  const content = page.locator('#policy .cm-content');
  await content.click();
  await page.keyboard.press('ControlOrMeta+A');
  await content.evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

export async function edit(page: Page, from: string, to: string): Promise<void> {
  await writeEditor(page, (await readEditor(page)).replace(from, to));
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
