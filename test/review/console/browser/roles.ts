import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { readVerdict, shows } from './stage.ts';

/** The page once every role was looked at. */
async function waitForSurvey(page: Page): Promise<void> {
  await page.locator('#counted', { hasText: /roles?$/ }).waitFor();
}

function listNames(page: Page): Promise<string[]> {
  return page.locator('#map tbody th button').allInnerTexts();
}

shows(
  'the map is filtered by words, and leads to a role',
  async page => {
    await waitForSurvey(page);
    assert.deepEqual(await listNames(page), ['deploy-web', 'packages-publish']);
    await page.locator('#find').fill('github acme/web');
    assert.deepEqual(await listNames(page), ['packages-publish']);
    await page.locator('#map tbody th').getByRole('button').click();
    assert.equal(await page.locator('#role').inputValue(), 'packages-publish');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'role');
    await page.goBack();
    assert.equal(await page.locator('#find').inputValue(), 'github acme/web');
    assert.ok(await page.locator('#roles').isVisible());
  },
  { fragment: '#roles' },
);

shows(
  'the map is followed from a target to all that leads there',
  async page => {
    const target = page.locator('#map tbody tr').first().locator('td').first().getByRole('button');
    const text = await target.innerText();
    await target.click();
    assert.equal(await page.locator('#find').inputValue(), text);
    assert.equal((await listNames(page)).length, 1);
  },
  { fragment: '#roles' },
);

const CROWD = { crowd: true, fragment: '#roles' };

describe('a crowd of roles is filtered', () => {
  shows(
    'by team, by a kind of job and by what is dangerous at once, and the address keeps it',
    async page => {
      await waitForSurvey(page);
      await page.locator('#team').selectOption('payments');
      await page.locator('[data-danger="outsider"]').click();
      await page.locator('#job').selectOption('github/pull_request');
      const names = await listNames(page);
      assert.ok(names.length > 0 && names.every(name => name.startsWith('payments-')));
      assert.match(page.url(), /#roles\?team=payments&job=github%2Fpull_request&danger=outsider$/);
      const [shown] = (await page.locator('#counted').innerText()).split(' ');
      assert.equal(Number(shown), names.length);
      await page.reload();
      await waitForSurvey(page);
      assert.deepEqual(await listNames(page), names);
      await page.locator('#clear').click();
      assert.match(page.url(), /#roles$/);
    },
    CROWD,
  );

  shows(
    'with counts that hold',
    async page => {
      await waitForSurvey(page);
      const failing = page.locator('[data-danger="failing"]');
      const count = Number(await failing.locator('strong').innerText());
      await failing.click();
      assert.equal((await listNames(page)).length, count);
      assert.equal(await failing.getAttribute('aria-pressed'), 'true');
    },
    CROWD,
  );

  shows(
    'by keyboard alone, and what is pressed keeps the focus',
    async page => {
      await waitForSurvey(page);
      await page.locator('[data-danger="outsider"]').focus();
      await page.keyboard.press('Space');
      const focused = await page.evaluate(() => (document.activeElement as HTMLElement).dataset['danger']);
      assert.equal(focused, 'outsider');
      const some = (await listNames(page)).length;
      await page.keyboard.press('Space');
      assert.ok((await listNames(page)).length > some);
    },
    CROWD,
  );
});

describe('the test cases', () => {
  shows('of the role that is open run with every edit', async page => {
    assert.equal(await page.locator('#role-tested').getAttribute('data-is'), 'passing');
    await page.locator('#role-trials summary').first().click();
    await page.getByRole('button', { name: 'a feature branch' }).click();
    assert.equal(await readVerdict(page), 'Denied');
    assert.match(await page.locator('#came').innerText(), /test case/);
  });

  shows(
    'of all roles run, and those that fail say why and lead there',
    async page => {
      await page.locator('#tests-failing .failing').first().waitFor();
      assert.equal(await page.locator('#count-tests').innerText(), '2');
      const card = page.locator('#tests-failing .failing').first();
      assert.match(await card.innerText(), /expected allow pipeline, but it is deny no_statement_holds/);
      await card.locator('summary').click();
      assert.match(await card.locator('pre').innerText(), /pipeline_slug/);
      await card.getByRole('button', { name: 'another pipeline is denied' }).click();
      assert.ok(await page.locator('#decide').isVisible());
      assert.equal(await readVerdict(page), 'Denied');
    },
    { crowd: true, fragment: '#tests' },
  );
});
