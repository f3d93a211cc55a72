import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { edit, openPage, readEditor, readVerdict, shows, token } from './stage.ts';

shows('the page opens with a role and a job that it admits', async page => {
  assert.equal(await readVerdict(page), 'Allowed');
  assert.equal(await page.locator('.truth.true').count(), 5);
});

describe('a pasted token', () => {
  shows('is decoded, denied, and explained condition by condition', async page => {
    await page.locator('#claims').fill(token());
    assert.equal(JSON.parse(await page.locator('#claims').inputValue()).build_branch, 'feature/login');
    assert.equal(await readVerdict(page), 'Denied');
    const unmet = page.locator('tr', { has: page.locator('.truth.false') });
    assert.deepEqual(await unmet.allInnerTexts(), ['no\tbuild_branch equals "main"\t"feature/login"']);
    assert.equal(await page.locator('.remedies li').count(), 2);
  });

  shows('is said not to be verified, where a reader of the screen hears it', async page => {
    const described = await page.locator('#claims').getAttribute('aria-describedby');
    assert.ok(described?.split(' ').includes('claims-note'));
    assert.match(await page.locator('#claims-note').innerText(), /signature.*not checked/);
  });

  shows('that is cut off is no token', async page => {
    await page.locator('#claims').fill(token().slice(0, 40));
    assert.equal(await readVerdict(page), 'Not decided');
    assert.equal(await page.locator('#claims').getAttribute('aria-invalid'), 'true');
  });
});

shows('each job of the list can be started from, and a tag named main is denied', async page => {
  await page.locator('#start').selectOption({ label: 'buildkite/tag-named-main' });
  assert.equal(await readVerdict(page), 'Denied');
  assert.equal(JSON.parse(await page.locator('#claims').inputValue()).build_tag, 'main');
});

shows(
  'a role is edited until the job is allowed, and the edit is shown to be wider by a request',
  async page => {
    await page.locator('#claims').fill(token());
    await edit(page, 'build_branch: main', 'build_branch: { matches: [main, feature/*] }');
    assert.equal(await readVerdict(page), 'Allowed');
    await page.locator('[data-is="wider"]').waitFor();
    await page.locator('#claims').fill('{}');
    await page.getByRole('button', { name: 'Try this request' }).first().click();
    assert.match(JSON.parse(await page.locator('#claims').inputValue()).build_branch, /^feature\//);
    assert.equal(await readVerdict(page), 'Allowed');
    await page.getByRole('button', { name: 'Revert' }).click();
    assert.equal(await readVerdict(page), 'Denied');
    await page.locator('#change').waitFor({ state: 'hidden' });
  },
);

shows('an edit that is wrong is told with its place, and a button leads there', async page => {
  await edit(page, 'build_branch: main', 'build_brnch: main');
  assert.equal(await readVerdict(page), 'Not decided');
  const complaint = page.locator('.complaints li', { hasText: 'claim-unknown' });
  await complaint.getByRole('button').click();
  const place = await complaint.getByRole('button').innerText();
  const at = place.split(':').map(Number);
  const lines = (await readEditor(page)).split('\n');
  assert.ok(lines[(at[0] ?? 0) - 1]?.slice((at[1] ?? 0) - 1).startsWith('build_brnch'));
  await page.keyboard.insertText('x');
  assert.match(await readEditor(page), /xbuild_brnch/);
  await page.locator('#policy .cm-lintRange-error').first().waitFor();
});

shows('all roles are asked what the caller can have', async page => {
  await page.locator('#held-roles li').first().waitFor();
  assert.deepEqual(await page.locator('#held-roles button').allInnerTexts(), [
    'deploy-web',
    'packages-publish',
  ]);
  await page.locator('#claims').fill(token());
  await page.locator('#held-count', { hasText: /^0 of/ }).waitFor();
});

shows('an audit event opens as the request that it was', async page => {
  await page.locator('#claims').fill(
    JSON.stringify({
      event: 'exchange',
      time: '2026-11-21T22:19:44.005Z',
      outcome: 'denied',
      code: 'trust_not_met',
      role: 'deploy-web',
      source_address: '192.0.2.7',
      requested: {},
      claims: {
        iss: 'https://agent.buildkite.com',
        organization_slug: 'acme',
        build_branch: 'feature/login',
      },
    }),
  );
  assert.equal(await readVerdict(page), 'Denied');
  assert.match(await page.locator('#came').innerText(), /denied trust_not_met 2026-11-21/);
  assert.equal(await page.locator('#source').inputValue(), '192.0.2.7');
});

shows('a state is shared by the address, without a token, and says where it came from', async page => {
  await page.locator('#claims').fill(token());
  await edit(page, 'build_branch: main', 'build_branch: other');
  await page.locator('#share').click();
  const shared = page.url();
  assert.match(shared, /#state=/);
  assert.ok(!shared.includes(token().split('.')[1] ?? ''));
  const other = await openPage({ fragment: new URL(shared).hash });
  assert.equal(await readVerdict(other), 'Denied');
  assert.match(await readEditor(other), /build_branch: other/);
  assert.match(await other.locator('#came').innerText(), /by a link, and is not from your files/);
  await other.close();
});
