import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { readVerdict, shows, stage } from './stage.ts';

const CROWD = { crowd: true, fragment: '#compare' };

/** A copy of the crowd's folder in which one role admits any branch, and another is gone. */
function changeFolder(name: string): string {
  const folder = join(stage().folder, name);
  cpSync(join(stage().folder, 'config'), folder, { recursive: true });
  const role = join(folder, 'roles/mobile-service-1.yml');
  writeFileSync(role, readFileSync(role, 'utf8').replace(', ref: refs/heads/main', ''));
  writeFileSync(join(folder, 'roles/web-service-7.yml'), 'trust: [');
  return folder;
}

function listWords(page: Page): Promise<string[]> {
  return page.locator('#compare-words .chip').allInnerTexts();
}

describe('the page is compared', () => {
  shows(
    'with a folder, and a request that shows the change is tried',
    async page => {
      await page.locator('#other-is').selectOption('after');
      await page.locator('#folder').setInputFiles(changeFolder('other'));
      await page.locator('#compared .card').first().waitFor();
      assert.deepEqual(await listWords(page), ['1 wider']);
      assert.match(await page.locator('#compare-notes').innerText(), /web-service-7/);
      await page.locator('#other-is').selectOption('before');
      assert.deepEqual(await listWords(page), ['1 narrower']);
      await page.getByRole('button', { name: 'Try this request' }).first().click();
      assert.ok(await page.locator('#decide').isVisible());
      assert.match(await readVerdict(page), /Allowed|Denied/);
    },
    CROWD,
  );

  shows(
    'with a page that was written of another folder',
    async page => {
      await page.locator('#page-file').setInputFiles(join(stage().folder, 'console.html'));
      await page.locator('#compare-says', { hasText: 'Nothing is decided otherwise' }).waitFor();
    },
    CROWD,
  );

  shows(
    'with a report that is pasted',
    async page => {
      const change = { of: 'role', role: 'web', is: 'removed', opens: [], members: [] };
      const report = {
        verdict: '',
        roles: [{ ...change, gained: [], lost: [], scopesGained: [], scopesLost: [] }],
        issuers: [],
        guardrails: [],
      };
      await page.locator('#report').fill(JSON.stringify(report));
      assert.deepEqual(await listWords(page), ['1 gone']);
      await page.locator('#report').fill('something else');
      assert.match(await page.locator('#compare-fault').innerText(), /no report/);
      assert.deepEqual(await listWords(page), []);
    },
    CROWD,
  );
});
