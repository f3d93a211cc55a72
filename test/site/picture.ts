/** `npm --prefix test/site run picture`: the console of `npm start` as docs/images shows it, in both themes. */
import { join } from 'node:path';
import { loadConfig } from '../../lib/config/load.ts';
import { readSettings } from '../../lib/config/settings.ts';
import { startLocal } from '../../lib/local/start.ts';
import { launch } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');
/** A push to a feature branch, which deploy-web denies. */
const CLAIMS = {
  iss: 'https://agent.buildkite.com',
  aud: 'https://sts.acme.example',
  organization_slug: 'acme',
  pipeline_slug: 'web',
  build_number: 1,
  build_branch: 'feature/login',
  build_tag: null,
  build_source: 'webhook',
};

const { config } = loadConfig(join(ROOT, 'config'));
const { settings } = readSettings({ PORT: '0', KITE_STS_LOG_LEVEL: 'error' });
if (!config) throw new Error('config/ does not load.');
const broker = await startLocal(config, settings, { out: () => {}, error: () => {} });
const browser = await launch();
const state = Buffer.from(JSON.stringify({ role: 'deploy-web', claims: JSON.stringify(CLAIMS, null, 2) }));
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
  await page.goto(`${broker.url}/console#state=${state.toString('base64url')}`);
  await page.screenshot({ path: join(ROOT, `docs/images/console-${colorScheme}.png`) });
}
await browser.close();
await broker.close();
