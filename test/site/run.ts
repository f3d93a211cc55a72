import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { type Look, listPages, opened, pictured, type Stage, stage } from './browser.ts';

let here: Stage;
before(async () => {
  here = await stage();
});
after(() => here.close());

/** A page of each shape: prose, tables, long code, pictures, a list of links, a blank path. */
const SHAPES = [
  '/',
  '/start',
  '/guides/',
  '/guides/deploy',
  '/guides/operate',
  '/guides/policy-changes',
  '/guides/troubleshooting',
  '/how-trust-is-decided',
  '/issuers/github-actions',
  '/providers/aws',
  '/reference/policy',
  '/reference/errors',
  '/decisions/0008-aws-calls',
  '/lint/',
];

const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap(colorScheme =>
  [390, 1280, 2560].map(width => ({ colorScheme, width })),
);

async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<AxeResults> => {
    const run = (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe;
    return run.run();
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

/** How far the page is wider than the window, in pixels. */
function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

async function check(path: string, look: Look): Promise<void> {
  const page = await opened(here, path, look);
  try {
    const name = path.replace(/^\/|\/$/g, '').replaceAll('/', '-') || 'home';
    await pictured(page, `${name}-${look.width}-${look.colorScheme}`);
    assert.deepEqual([await findFaults(page), await measureOverflow(page)], [[], 0]);
  } finally {
    await page.close();
  }
}

for (const look of LOOKS)
  describe(`at ${look.width} px, ${look.colorScheme}, axe finds nothing and nothing is cut off:`, () => {
    for (const path of SHAPES) test(path, () => check(path, look));
  });

describe('so it is on every other page, on a phone:', () => {
  for (const path of listPages().filter(each => !SHAPES.includes(each)))
    test(path, () => check(path, { colorScheme: 'light', width: 390 }));
});

/** Each question of a newcomer: what is clicked from the home page, and words of the answer. */
const QUESTIONS = [
  {
    question: 'a GitHub workflow gets an AWS role',
    clicks: ['GitHub workflow to AWS'],
    answer: 'acme/kite-sts/plugins/github-action@v0.2.0',
  },
  {
    question: 'why a job was denied',
    clicks: ['Why was my job denied?', 'explain'],
    answer: 'The nearest statement is',
  },
  {
    question: 'what it costs',
    clicks: ['What does it cost?'],
    answer: 'for a million sessions of AWS',
  },
  {
    question: 'how to switch off a leaked key',
    clicks: ['A key leaked', "An issuer's key leaked"],
    answer: 'npx --no kite-sts disable kid',
  },
  {
    question: 'what happens when a region is down',
    clicks: ['A region is down'],
    answer: 'second stack with a',
  },
];

describe('from the home page, by at most three clicks:', () => {
  for (const { question, clicks, answer } of QUESTIONS)
    for (const width of [390, 1280])
      test(`${question}, at ${width} px: ${clicks.join(' › ')}`, async () => {
        const page = await opened(here, '/', { colorScheme: 'light', width });
        for (const click of clicks) await page.locator('a:visible', { hasText: click }).first().click();
        await page.locator('.VPContent', { hasText: answer }).waitFor();
        assert.ok(clicks.length <= 3);
        await page.close();
      });
});
