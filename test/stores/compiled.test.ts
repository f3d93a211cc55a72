import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openRoles, writeRoles } from '../../lib/stores/compiled.ts';
import { createFixedRoles, digestPolicy } from '../../lib/stores/roles.ts';
import { arnOf } from '../harness/deploy.ts';
import {
  BUILDKITE,
  buildkiteClaims,
  decideFor,
  ISSUERS,
  roleFrom,
  rowsFrom,
  saidOf,
} from '../harness/policy.ts';

const rows = rowsFrom(ISSUERS);
const role = roleFrom(`contact: "#équipe"
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: my-organization, build_tag: null, build_branch: { matches: ["main", "v*"] } }
deny:
  - { iss: ${BUILDKITE}, pipeline_slug: evil }
aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  tags: { branch: "\${build_branch}" }
`);
const NAMES = ['a', 'b-2', 'deploy', 'deploy-web', 'z'.repeat(64)];
const roles = NAMES.map(name => ({ ...role, name }));

const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
writeRoles(folder, [...roles].reverse(), rows);
const store = openRoles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a compiled role', () => {
  test.each(NAMES)('%s is found, with the digest of what was reviewed', name => {
    const snapshot = store.find(name);
    expect(snapshot?.role.name).toBe(name);
    expect(snapshot?.digest).toBe(digestPolicy({ ...role, name }, rows));
    expect(snapshot?.digest).toBe(createFixedRoles(roles, rows).find(name)?.digest);
  });

  test.each([
    [{}, 'allowed by trust[0]'],
    [{ build_tag: undefined }, 'allowed by trust[0]'],
    [{ build_branch: 'feature/x' }, 'no_statement_holds'],
    [{ pipeline_slug: 'evil' }, 'explicitly_denied'],
    [{ pipeline_slug: undefined }, 'explicitly_denied'],
  ])('decides %j as the role that was loaded: %s', (changes, expected) => {
    const compiled = store.find('deploy')?.role;
    if (!compiled) throw new Error('no role');
    expect(saidOf(decideFor(compiled, buildkiteClaims(changes)))).toBe(expected);
    expect(decideFor(compiled, buildkiteClaims(changes))).toEqual(
      decideFor({ ...role, name: 'deploy' }, buildkiteClaims(changes)),
    );
  });

  test('is read once, and then kept', () => {
    expect(store.find('a')).toBe(store.find('a'));
  });
});

describe('by the ARN of its target', () => {
  const aimed = (name: string, target: string) => ({
    ...role,
    name,
    template: { ...role.template, role_arn: arnOf(target) } as typeof role.template,
  });
  // More than halving finds by luck.
  const many = Array.from({ length: 40 }, (_, index) => aimed(`role-${index}`, `target-${index}`));
  const other = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeRoles(other, [...many, aimed('twin-a', 'twin'), aimed('twin-b', 'twin')], rows);
  const targets = openRoles(other);
  afterAll(() => rmSync(other, { recursive: true }));

  test.each(many.map(({ name }, index) => [name, arnOf(`target-${index}`)]))('%s is found', (name, arn) => {
    expect(targets.find(arn)).toEqual(targets.find(name));
    expect(targets.find(arn)?.role.name).toBe(name);
  });

  test.each([arnOf('twin'), arnOf('target-40'), arnOf('target-'), 'arn:'])('nothing is found: %s', arn => {
    expect(targets.find(arn)).toBeUndefined();
  });

  test('the index by ARN is not read until an ARN is asked for', () => {
    const renamed = join(other, 'roles.targets');
    const opened = openRoles(other);
    renameSync(renamed, `${renamed}.away`);
    expect(opened.find('role-0')?.role.name).toBe('role-0');
    expect(() => opened.find(arnOf('target-0'))).toThrow('ENOENT');
    renameSync(`${renamed}.away`, renamed);
    expect(opened.find(arnOf('target-0'))?.role.name).toBe('role-0');
  });
});

test.each(['', 'A', 'deploy-', 'deploy-we', 'deploy-webb', 'zz', '__proto__', 'é', 'z'.repeat(65)])(
  'there is no role "%s"',
  name => {
    expect(store.find(name)).toBeUndefined();
  },
);

test('a name that is near is found for one who mistyped it', () => {
  expect(store.findNear('deplyo-web')).toBe('deploy-web');
});

test('no roles are none', () => {
  const empty = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeRoles(empty, [], rows);
  expect(openRoles(empty).find('a')).toBeUndefined();
  rmSync(empty, { recursive: true });
});

test('the same roles in another order give the same bytes', () => {
  const other = mkdtempSync(join(tmpdir(), 'compiled-'));
  writeRoles(other, roles, rows);
  for (const file of ['roles.jsonl', 'roles.index', 'roles.targets'])
    expect(readFileSync(join(other, file))).toEqual(readFileSync(join(folder, file)));
  rmSync(other, { recursive: true });
});
