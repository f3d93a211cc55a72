import { expect, test } from 'vitest';
import { claimOnRequest } from '../../../../lib/review/lint/rules/claim-on-request.ts';
import { denying, foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

const WEB = 'organization_slug: acme, pipeline_slug: web';
const AWS = 'aws: { role_arn: "arn:aws:iam::123456789012:role/web", tags: { queue: "${queue_key}" } }';

test.each([
  ['a trust statement', trusting(`${WEB}, queue_key: deploy`), ['queue_key']],
  ['a deny statement', denying(WEB, 'queue_key: untrusted'), ['queue_key']],
  ['a template', trusting(WEB, { rest: AWS }), ['"${queue_key}"']],
  ['a tag of the agent', trusting(`${WEB}, agent_tag:team: web`), ['agent_tag']],
  ['several, once', trusting(`${WEB}, queue_key: deploy, cluster_name: main`, { rest: AWS }), ['queue_key']],
])('finds what %s needs', (_name, role, places) => {
  expect(foundInRole(claimOnRequest, role)).toEqual(places);
});

test.each([
  ['claims of every token', trusting(`${WEB}, step_key: deploy`)],
  ['an issuer that asks for nothing', trusting('repository: acme/web, environment: prod', { iss: GITHUB })],
])('leaves %s alone', (_name, role) => {
  expect(foundInRole(claimOnRequest, role)).toEqual([]);
});
