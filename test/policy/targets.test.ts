import { expect, test } from 'vitest';
import { findApp, needsSignature, type Template } from '../../lib/policy/targets.ts';

test.each<[what: string, template: Partial<Template>, app: string | undefined, signed: boolean]>([
  ['aws', { kind: 'aws', via: 'assume_role' }, undefined, false],
  ['aws via web_identity', { kind: 'aws', via: 'web_identity' }, undefined, true],
  ['gcp', { kind: 'gcp' }, undefined, true],
  ['azure', { kind: 'azure' }, undefined, true],
  ['jwt', { kind: 'jwt' }, undefined, true],
  ['oauth', { kind: 'oauth' }, undefined, true],
  ['github', { kind: 'github', app: '12345' }, '12345', false],
  ['buildkite by an app', { kind: 'buildkite', app: 'packages' }, 'packages', false],
  ['buildkite by a workload identity', { kind: 'buildkite' }, undefined, true],
])('of %s: whose key is used, and whether it is ours', (_, template, app, signed) => {
  expect(findApp(template as Template)).toBe(app);
  expect(needsSignature(template as Template)).toBe(signed);
});
