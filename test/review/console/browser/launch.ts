import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { readConsoleData } from '../../../../lib/config/console.ts';
import { renderPage } from '../../../../lib/local/page.ts';
import { writeCrowd } from './crowd.ts';

/** The browser, as it comes; not with the flags of the package, which switch off what a browser keeps from pages. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** Writes the page of a crowd of so many roles below this folder, and gives its address. */
export async function writeCrowdPage(folder: string, count: number): Promise<string> {
  writeCrowd(join(folder, 'config'), count);
  const { data, complaints } = readConsoleData(join(folder, 'config'));
  if (!data) throw new Error(JSON.stringify(complaints[0]));
  const file = join(folder, 'console.html');
  writeFileSync(file, await renderPage(data));
  return pathToFileURL(file).href;
}
