import type { UsedExchange } from '../../../lib/estate/usage/usage.ts';

export const NOW = Date.parse('2026-12-01T00:00:00Z') / 1000;
export const DAY = 86_400;

/** A role with patterns, a list, scopes that nobody needs, a statement that nobody comes by, and a deny. */
export const ROLE = `session: { seconds: 900, max_seconds: 3600 }
trust:
  # deploys
  - iss: https://agent.buildkite.com
    id: releases
    scopes: [read, write]
    claims: { organization_slug: acme, pipeline_slug: { in: [web, api] }, build_branch: { matches: "release-*" }, build_tag: null, build_source: webhook }
  - iss: https://agent.buildkite.com
    id: nightly
    scopes: [read]
    claims: { organization_slug: acme, pipeline_slug: night, build_branch: main, build_tag: null, build_source: schedule }
deny:
  - iss: https://agent.buildkite.com
    claims: { queue_key: untrusted }
jwt: { audience: https://api.test.example }
`;

export const exchange = (
  more: Partial<UsedExchange> & { branch?: string; days?: number } = {},
): UsedExchange => {
  const { branch = 'release-1', days = 1, ...rest } = more;
  return {
    role: 'web',
    statement: 'releases',
    issued: true,
    time: NOW - days * DAY,
    claims: {
      organization_slug: 'acme',
      pipeline_slug: 'web',
      build_branch: branch,
      build_tag: null,
      build_source: 'webhook',
      queue_key: 'default',
    },
    scopes: ['read'],
    seconds: undefined,
    pipeline: 'web',
    branch,
    session: undefined,
    ...rest,
  };
};

/** The line of the audit log of such an exchange. */
export const lineOf = (used: UsedExchange, id: string): string =>
  JSON.stringify({
    event: 'exchange',
    time: new Date(used.time * 1000).toISOString(),
    decision_id: id,
    outcome: used.issued ? 'issued' : 'denied',
    role: used.role,
    statement: used.statement,
    issuer: 'https://agent.buildkite.com',
    pipeline: used.pipeline,
    branch: used.branch,
    requested: { scopes: used.scopes, ...(used.seconds === undefined ? {} : { seconds: used.seconds }) },
    scopes: used.scopes,
    ...(used.session === undefined ? {} : { session: used.session }),
    claims: { iss: 'https://agent.buildkite.com', aud: 'https://sts.test.example', ...used.claims },
  });
