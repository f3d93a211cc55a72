import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { readConsoleData } from '../../../../lib/config/console.ts';
import { renderPage } from '../../../../lib/local/page.ts';
import { launchBrowser, writeCrowdPage } from './launch.ts';

const ROOT = join(import.meta.dirname, '../../../..');

type Picture = {
  readonly url: string;
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly reach: (page: Page) => Promise<void>;
};

/** A push to a feature branch, which deploy-web denies. */
async function denyJob(page: Page): Promise<void> {
  await page.locator('#start').selectOption({ label: 'buildkite/branch' });
  await page.locator('.verdict .denied').waitFor();
}

/** Takes the pictures of the documentation anew: what a reader sees of the console before having it. */
async function takePictures(folder: string): Promise<void> {
  const browser = await launchBrowser();
  const take = async (picture: Picture): Promise<void> => {
    const { url, name, colorScheme, reach } = picture;
    const page = await browser.newPage({ colorScheme, viewport: { width: 1560, height: 740 } });
    await page.goto(url);
    await reach(page);
    await page.screenshot({ path: join(ROOT, `docs/images/console-${name}.png`) });
    await page.close();
  };
  const { data } = readConsoleData(join(ROOT, 'config'));
  if (!data) throw new Error('config/ does not load.');
  const file = join(folder, 'own.html');
  writeFileSync(file, await renderPage(data));
  for (const colorScheme of ['light', 'dark'] as const)
    await take({ url: pathToFileURL(file).href, name: colorScheme, colorScheme, reach: denyJob });
  await take({
    url: `${await writeCrowdPage(folder, 240)}#roles?danger=outsider`,
    name: 'roles',
    colorScheme: 'light',
    reach: page => page.locator('#map .badge').first().waitFor(),
  });
  await browser.close();
}

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-console-'));
try {
  await takePictures(folder);
} finally {
  rmSync(folder, { recursive: true });
}
