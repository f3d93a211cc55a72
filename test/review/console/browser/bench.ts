import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchBrowser, writeCrowdPage } from './launch.ts';

/** Roles of the page that is measured, and how often. */
const ROLES = 1000;
const ROUNDS = 5;

/** What one opening of the page took, in milliseconds: by the clock, and of the CPU by the page's main thread. */
type Round = {
  readonly opened: number;
  readonly openedCpu: number;
  readonly surveyed: number;
  readonly surveyedCpu: number;
  readonly edit: number;
  readonly claim: number;
  readonly filter: number;
};

async function readThread(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1000;
}

/** From a key in this field until the page has answered and its style and layout are done. */
async function measureAnswer(page: Page, field: string, key: string): Promise<number> {
  await page.locator(field === '#policy' ? '#policy .cm-content' : field).focus();
  await page.evaluate(
    `void (globalThis.answered = new Promise(done => {
      const field = document.querySelector('${field}');
      const begin = () => {
        const began = performance.now();
        setTimeout(() => { document.body.offsetHeight; done(performance.now() - began); });
      };
      field.addEventListener('${field === '#policy' ? 'keydown' : 'input'}', begin, { capture: true, once: true });
    }))`,
  );
  await page.keyboard.press(key);
  return page.evaluate('answered');
}

async function measureRound(browser: Browser, url: string): Promise<Round> {
  const page = await browser.newPage({ viewport: { width: 1360, height: 960 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(url, { waitUntil: 'load' });
  const opened: number = await page.evaluate(`performance.getEntriesByType('navigation')[0].loadEventEnd`);
  const openedCpu = await readThread(session);
  await page.locator('#count-tests:not(:empty)').waitFor();
  const surveyed: number = await page.evaluate('performance.now()');
  const surveyedCpu = await readThread(session);
  const edit = await measureAnswer(page, '#policy', '#');
  const claim = await measureAnswer(page, '#claims', 'Space');
  await page.locator('[data-view="roles"]').click();
  // The head of the part takes the focus once the page has turned to it.
  await page.locator('#roles-title:focus').waitFor();
  const filter = await measureAnswer(page, '#find', 'w');
  await page.close();
  return { opened, openedCpu, surveyed, surveyedCpu, edit, claim, filter };
}

/** What each figure is, and the most that it may be. */
const ROWS: { readonly [figure in keyof Round]: readonly [says: string, most: number | undefined] } = {
  opened: ['opened, with a decision', 1000],
  openedCpu: ['… of the CPU', undefined],
  surveyed: ['every role looked at, its cases run', undefined],
  surveyedCpu: ['… of the CPU', undefined],
  edit: ['a key in the role file answered', 100],
  claim: ['a key in the claims answered', 100],
  filter: ['a key in the filter of roles answered', 100],
};

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function measure(folder: string): Promise<void> {
  const url = await writeCrowdPage(folder, ROLES);
  const browser = await launchBrowser();
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(browser, url));
  await browser.close();
  console.log(
    `${ROLES} roles, the median of ${ROUNDS}; load ${loadavg()
      .map(each => each.toFixed(1))
      .join(' ')}`,
  );
  for (const [name, [says, most]] of Object.entries(ROWS)) {
    const median = findMedian(rounds.map(round => round[name as keyof Round]));
    const missed = most !== undefined && median > most;
    console.log(
      `${median.toFixed(0).padStart(6)} ms  ${says}${most === undefined ? '' : ` (at most ${most})`}${missed ? '  MISSED' : ''}`,
    );
    if (missed) process.exitCode = 1;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kite-sts-console-'));
try {
  await measure(folder);
} finally {
  rmSync(folder, { recursive: true });
}
