import assert from 'node:assert/strict';
import { shows, token } from './stage.ts';

shows('the keyboard reaches everything in the order in which it is read', async page => {
  const order: string[] = [];
  for (let at = 0; at < 14; at++) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || ''),
    );
  }
  assert.deepEqual(order, [
    'Skip to the content',
    'Decide',
    'Roles 2',
    'Test cases ',
    'Compare',
    'Decisions as they happen',
    'role',
    'start',
    'claims',
    'The request',
    'share',
    'copy',
    'policy',
    'What is given',
  ]);
});

shows('a decision is announced when it changes, and not with every key', async page => {
  assert.equal(await page.locator('#verdict').getAttribute('role'), 'status');
  await page.evaluate(() => {
    const seen = { changes: 0 };
    Object.assign(globalThis, { seen });
    const counts = new MutationObserver(() => seen.changes++);
    counts.observe(document.getElementById('verdict') as HTMLElement, { subtree: true, childList: true });
  });
  const changes = (): Promise<number> => page.evaluate('seen.changes');
  await page.locator('#policy .cm-content').press('ControlOrMeta+Home');
  await page.keyboard.type('# a word');
  assert.equal(await changes(), 0);
  await page.locator('#claims').fill(token());
  assert.equal(await changes(), 1);
});
