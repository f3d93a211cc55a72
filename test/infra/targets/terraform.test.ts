import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { code, rowsOf } from '../../harness/markdown.ts';

function read(cloud: string): string {
  return readFileSync(`infra/targets/${cloud}/main.tf`, 'utf8');
}
const GCP = read('gcp');
const AZURE = read('azure');

describe('T51: what Terraform makes for us', () => {
  test.each([
    [
      'the pool maps our subject',
      GCP,
      'attribute_mapping                  = { "google.subject" = "assertion.sub" }',
    ],
    [
      'and takes these roles alone',
      GCP,
      'attribute_condition = "assertion.sub in ${jsonencode([for role in keys(var.roles) : "role:${role}"])}"',
    ],
    ['a service account takes one subject', GCP, '/subject/role:${role}"'],
    ['a federated credential is for one subject', AZURE, 'subject        = "role:${var.role}"'],
    ['and for our URL', AZURE, 'issuer         = var.broker_url'],
  ])('%s', (_what, text, line) => {
    expect(text).toContain(line);
  });

  test('no binding is for a whole pool, and no audience is allowed beyond the pool’s own', () => {
    expect(GCP).not.toMatch(/^\s*member\s*=.*principalSet/m);
    expect(GCP).not.toMatch(/^\s*allowed_audiences/m);
  });

  test.each(rowsOf('docs/providers/azure.md', '`cloud`').map(row => row.map(code)))(
    'in the cloud %s a federated credential is for the audience that we send',
    (cloud, _authority, audience) => {
      expect(AZURE).toMatch(new RegExp(`^\\s*"?${cloud}"?\\s*= "${audience}"$`, 'm'));
    },
  );
});
