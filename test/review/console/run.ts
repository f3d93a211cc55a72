import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { type Look, opened, pictured, type Stage, stage, token } from './browser.ts';

let here: Stage;
before(async () => {
  here = await stage();
});
after(() => here.close());

/** A test with the console as somebody opens it. */
function shows(name: string, does: (page: Page) => Promise<void>, look: Look = {}): void {
  return void test(name, async () => {
    const page = await opened(here, look);
    try {
      await does(page);
    } finally {
      await page.close();
    }
  });
}

const FILE = '#policy';
function verdict(page: Page): Promise<string> {
  return page.locator('#verdict strong').innerText();
}
function fileOf(page: Page): Promise<string> {
  return page.locator(FILE).inputValue();
}

async function edit(page: Page, from: string, to: string): Promise<void> {
  return page.locator(FILE).fill((await fileOf(page)).replace(from, to));
}

shows('the page opens with a role and a job that it admits', async page => {
  assert.equal(await verdict(page), 'Allowed');
  assert.equal(await page.locator('.truth.true').count(), 5);
});

describe('a pasted token', () => {
  shows('is decoded, denied, and explained condition by condition', async page => {
    await page.locator('#claims').fill(token());
    assert.equal(JSON.parse(await page.locator('#claims').inputValue()).build_branch, 'feature/login');
    assert.equal(await verdict(page), 'Denied');
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
    assert.equal(await verdict(page), 'Not decided');
    assert.equal(await page.locator('#claims').getAttribute('aria-invalid'), 'true');
  });
});

shows('each job of the list can be started from, and a tag named main is denied', async page => {
  await page.locator('#start').selectOption({ label: 'buildkite/tag-named-main' });
  assert.equal(await verdict(page), 'Denied');
  assert.equal(JSON.parse(await page.locator('#claims').inputValue()).build_tag, 'main');
});

shows(
  'a role is edited until the job is allowed, and the edit is shown to be wider by a request',
  async page => {
    await page.locator('#claims').fill(token());
    await edit(page, 'build_branch: main', 'build_branch: { matches: [main, feature/*] }');
    assert.equal(await verdict(page), 'Allowed');
    await page.locator('[data-is="wider"]').waitFor();
    await page.locator('#claims').fill('{}');
    await page.getByRole('button', { name: 'Try this request' }).first().click();
    assert.match(JSON.parse(await page.locator('#claims').inputValue()).build_branch, /^feature\//);
    assert.equal(await verdict(page), 'Allowed');
    await page.getByRole('button', { name: 'Revert' }).click();
    assert.equal(await verdict(page), 'Denied');
    await page.locator('#change').waitFor({ state: 'hidden' });
  },
);

shows('an edit that is wrong is told with its place, and a button leads there', async page => {
  await edit(page, 'build_branch: main', 'build_brnch: main');
  assert.equal(await verdict(page), 'Not decided');
  const complaint = page.locator('.complaints li', { hasText: 'claim-unknown' });
  await complaint.getByRole('button').click();
  const before = await page.locator(FILE).evaluate(field => {
    const { value, selectionStart } = field as HTMLTextAreaElement;
    return value.slice(0, selectionStart);
  });
  const lines = before.split('\n');
  assert.equal(
    await complaint.getByRole('button').innerText(),
    `${lines.length}:${(lines.at(-1) ?? '').length + 1}`,
  );
  assert.ok((await fileOf(page)).slice(before.length).startsWith('build_brnch'));
});

shows('the map is filtered, and leads to a role', async page => {
  const lines = page.locator('#map tr');
  assert.equal(await lines.count(), 3);
  await page.locator('#filter').fill('github acme/web');
  assert.equal(await lines.count(), 1);
  await lines.locator('th').getByRole('button').click();
  assert.equal(await page.locator('#role').inputValue(), 'packages-publish');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'role');
});

shows('the map is followed from a target to all that leads there', async page => {
  const target = page.locator('#map tr').first().locator('td').first().getByRole('button');
  const text = await target.innerText();
  await target.click();
  assert.equal(await page.locator('#filter').inputValue(), text);
  assert.equal(await page.locator('#map tr').count(), 1);
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
  assert.equal(await verdict(page), 'Denied');
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
  const other = await opened({ ...here, url: shared });
  assert.equal(await verdict(other), 'Denied');
  assert.match(await fileOf(other), /build_branch: other/);
  assert.match(await other.locator('#came').innerText(), /by a link, and is not from your files/);
  await other.close();
});

shows('the keyboard reaches everything in the order in which it is read', async page => {
  const order: string[] = [];
  for (let at = 0; at < 11; at++) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || ''),
    );
  }
  assert.deepEqual(order, [
    'Skip to the decision',
    'Decide',
    'Who can reach what',
    'Decisions as they happen',
    'role',
    'start',
    'claims',
    'The request',
    'share',
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
  await page.locator(FILE).press('ControlOrMeta+Home');
  await page.keyboard.type('# a word');
  assert.equal(await changes(), 0);
  await page.locator('#claims').fill(token());
  assert.equal(await changes(), 1);
});

describe('the page can ask nobody anything, nor make code or markup of a text:', () => {
  const WAYS: { readonly [what: string]: readonly [directive: string, way: string] } = {
    'fetch is refused': ['connect-src', "fetch('/health').catch(() => {})"],
    'fetch from another site is refused': ['connect-src', "fetch('https://else.example/').catch(() => {})"],
    'a beacon is refused': ['connect-src', "navigator.sendBeacon('/health', 'x')"],
    'an image is refused': ['img-src', "new Image().src = '/health'"],
    'a frame is refused': [
      'frame-src',
      "document.body.append(Object.assign(document.createElement('iframe'), { src: '/health' }))",
    ],
    'a form is refused': ['form-action', "document.querySelector('form').submit()"],
    'code from text is refused': ['require-trusted-types-for', "new Function('return 1')"],
    'markup from text is refused': ['require-trusted-types-for', "document.body.innerHTML = '<p>'"],
  };
  /** In a task of the page's own: what the debugger itself evaluates is let through. */
  const refusedBy = (page: Page, way: string): Promise<string> =>
    page.evaluate(
      `new Promise(end => {
        document.addEventListener('securitypolicyviolation', each => end(each.effectiveDirective));
        setTimeout(() => { ${way}; });
      })`,
    );
  for (const [what, [directive, way]] of Object.entries(WAYS))
    shows(what, async page => {
      page.removeAllListeners('pageerror');
      assert.equal(await refusedBy(page, way), directive);
    });
});

/** What people see first, and what they see when something is wrong. */
const STATES: { readonly [state: string]: (page: Page) => Promise<void> } = {
  allowed: async page => page.locator('#verdict .allowed').waitFor(),
  denied: async page => page.locator('#claims').fill(token()),
  edited: async page => {
    await page.locator('#claims').fill(token());
    await edit(page, 'build_branch: main', 'build_branch: { matches: "feature/*" }');
    await page.locator('[data-is]').waitFor();
  },
  complaints: async page => {
    await edit(page, 'build_branch: main', 'build_brnch: main');
    await page.locator('.complaints').waitFor();
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
    for (const [state, reach] of Object.entries(STATES))
      shows(
        `when ${state}`,
        async page => {
          await reach(page);
          await pictured(page, `${name}-${state}`);
          assert.deepEqual(await violations(page), []);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wider <= 0, `${wider} pixels are beyond the edge`);
        },
        look,
      );
  });
