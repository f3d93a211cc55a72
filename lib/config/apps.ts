import type { Complaints } from '../language/complaint.ts';
import { object, optional, record, required, text, truth } from '../language/shape.ts';
import { listEntries, type Tree } from '../language/tree.ts';
import type { AppHost } from '../policy/endpoint.ts';

// A server of one's own, or data residency: https://docs.github.com/en/enterprise-server/rest/enterprise-admin and
// https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/getting-started-with-data-residency-for-github-enterprise-cloud
const API_URL = text({
  max: 255,
  pattern:
    /^https:\/\/(?:api\.[a-z0-9-]{1,63}\.ghe\.com|(?!api\.github\.com|[a-z0-9.-]*ghe\.com)[a-z0-9.-]+(?::\d{1,5})?\/api\/v3)$/,
  says: 'the URL of an API: https://api.SUBDOMAIN.ghe.com, or https://HOST/api/v3 of an Enterprise Server',
});

const APP = object({
  api_url: required(API_URL),
  allow_private_network: optional(truth),
});

/** `apps` of broker.yml: GitHub Apps that are not on github.com, by client id. */
export const APPS = record(APP, 50);

/** Compiles `apps`, whose shape was read. The id of an app stands once, so its key serves one host. */
export function compileApps(
  written: ReturnType<typeof APPS.read>,
  tree: Tree | undefined,
  complaints: Complaints,
): ReadonlyMap<string, AppHost> {
  for (const entry of listEntries(tree))
    if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(entry.key))
      complaints.at(entry).unexpected('the client id of an app');
  return new Map(
    Object.entries(written ?? {}).map(([app, { api_url: url, allow_private_network: allow = false }]) => [
      app,
      { url, allowPrivateNetwork: allow },
    ]),
  );
}
