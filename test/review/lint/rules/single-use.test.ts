import { describe, expect, test } from 'vitest';
import { singleUseAdvisable, singleUseRenewed } from '../../../../lib/review/lint/rules/single-use.ts';
import { foundInRole, trusting } from '../../../harness/lint.ts';

const AWS = { rest: 'aws: { role_arn: "arn:aws:iam::123456789012:role/web" }' };
const GITLAB = { iss: 'https://gitlab.com' };
const WEB = 'organization_slug: acme, pipeline_slug: web';
function once(role: string): string {
  return `single_use: true\n${role}`;
}

describe('single_use of a role that SDKs renew', () => {
  test('is found', () => {
    expect(foundInRole(singleUseRenewed, once(trusting(WEB, AWS)))).toEqual(['single_use']);
  });

  test.each([
    ['of another provider', once(trusting(WEB))],
    ['that is not set', trusting(WEB, AWS)],
    ['that is false', once(trusting(WEB, AWS)).replace('true', 'false')],
  ])('%s is left alone', (_name, role) => {
    expect(foundInRole(singleUseRenewed, role)).toEqual([]);
  });
});

describe('a role without single_use', () => {
  test('T63: is found where tokens live long', () => {
    expect(foundInRole(singleUseAdvisable, trusting('project_id: "20"', GITLAB))).toEqual(['jwt']);
  });

  test.each([
    ['whose tokens live for minutes', trusting(WEB)],
    ['that SDKs renew', trusting('project_id: "20"', { ...GITLAB, ...AWS })],
    ['that has it', once(trusting('project_id: "20"', GITLAB))],
  ])('%s is left alone', (_name, role) => {
    expect(foundInRole(singleUseAdvisable, role)).toEqual([]);
  });
});
