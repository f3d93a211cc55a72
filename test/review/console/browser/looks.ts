import assert from 'node:assert/strict';
import { describe } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { edit, type Look, shows, takePicture, token } from './stage.ts';

type State = Look & { readonly reach: (page: Page) => Promise<void> };

const CHANGE = { of: 'role', opens: [], gained: [], lost: [], scopesGained: [], scopesLost: [] };
const WITNESS = {
  issuer: 'https://agent.buildkite.com',
  audience: 'https://sts.acme.example',
  claims: { organization_slug: 'acme', build_branch: 'feature' },
  now: 1_800_000_000,
};
const GAIN = {
  statement: 'pipeline',
  shown: { witness: WITNESS },
  telling: 'build_branch: "feature" was denied',
};
const REPORT = JSON.stringify({
  verdict: '',
  roles: [
    { ...CHANGE, role: 'web-service-7', is: 'changed', gained: [GAIN], members: [] },
    { ...CHANGE, role: 'web-service-15', is: 'removed', members: [] },
  ],
  issuers: [],
  guardrails: [],
});

/** What people see first, and what they see when something is wrong. */
const STATES: { readonly [state: string]: State } = {
  allowed: { reach: page => page.locator('#verdict .allowed').waitFor() },
  denied: { reach: page => page.locator('#claims').fill(token()) },
  edited: {
    async reach(page) {
      await page.locator('#claims').fill(token());
      await edit(page, 'build_branch: main', 'build_branch: { matches: "feature/*" }');
      await page.locator('#direction[data-is="wider"]').waitFor();
    },
  },
  complaints: {
    async reach(page) {
      await edit(page, 'build_branch: main', 'build_brnch: main');
      await page.locator('.complaints').waitFor();
    },
  },
  completion: {
    async reach(page) {
      await page.locator('#policy .cm-line', { hasText: 'build_branch: main' }).click();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.keyboard.type('bu');
      await page.locator('#policy .cm-tooltip-autocomplete li').first().waitFor();
    },
  },
  roles: {
    crowd: true,
    fragment: '#roles?danger=outsider',
    reach: page => page.locator('#map .badge').first().waitFor(),
  },
  tests: {
    crowd: true,
    fragment: '#tests',
    reach: page => page.locator('#tests-failing .card').first().waitFor(),
  },
  compared: {
    crowd: true,
    fragment: '#compare',
    async reach(page) {
      await page.locator('#report').fill(REPORT);
      await page.locator('#compared .card').first().waitFor();
    },
  },
};

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found }: AxeResults = await page.evaluate('axe.run()');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const LOOKS: { readonly [name: string]: Look } = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  narrow: { width: 390 },
  wide: { width: 2560, colorScheme: 'dark' },
};

for (const [name, look] of Object.entries(LOOKS))
  describe(`${name}: nothing is out of reach`, () => {
    for (const [state, { reach, ...where }] of Object.entries(STATES))
      shows(
        `when ${state}`,
        async page => {
          await reach(page);
          await takePicture(page, `${name}-${state}`);
          assert.deepEqual(await violations(page), []);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wider <= 0, `${wider} pixels are beyond the edge`);
        },
        { ...look, ...where },
      );
  });
