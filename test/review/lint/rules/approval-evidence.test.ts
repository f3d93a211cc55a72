import { expect, test } from 'vitest';
import { approvalEvidence } from '../../../../lib/review/lint/rules/approval-evidence.ts';
import { ALICE, issuersWithEvents } from '../../../harness/job-events.ts';
import { foundBy, trusting } from '../../../harness/lint.ts';
import { AUDIENCE } from '../../../harness/policy.ts';

const BROKER = `url: ${AUDIENCE}\npeople: { alice: ${ALICE} }\nissuers:${issuersWithEvents().replace(/^(?=.)/gm, '  ')}`;
const found = (demands: string): string[] =>
  foundBy(approvalEvidence, {
    'broker.yml': BROKER,
    'roles/linted.yml': `${demands}${trusting('organization_slug: acme, pipeline_slug: web')}`,
  });

test('T88: an approval is said to be evidence, and no proof', () => {
  expect(found('approval: { step: release, by: [alice], within: 1h }\n')).toEqual(['approval']);
});

test.each([
  ['a role that asks for none', ''],
  ['a role that asks whether its job runs', 'running: true\n'],
])('%s is left alone', (_name, demands) => {
  expect(found(demands)).toEqual([]);
});
