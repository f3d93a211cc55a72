import { describe, expect, test } from 'vitest';
import { ENGINE } from '../../../lib/policy/decide.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { runLine } from '../../harness/command-line.ts';
import { fileOf } from '../../harness/local.ts';

function judged(...words: string[]) {
  return runLine(['judge', ...words]);
}

const lines = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

describe('the package’s own policy', () => {
  test('is read with its digests, and requests are proposed on both sides of every statement', async () => {
    const { exits, out } = await judged();
    const [head, ...requests] = lines(out);
    expect([exits, head.version, head.engine]).toEqual([0, packageJson.version, ENGINE]);
    expect(head.policies.map(({ name }: { name: string }) => name)).toContain('deploy-web');
    for (const { digest } of head.policies) expect(digest).toMatch(/^[0-9a-f]{64}$/);

    const file = fileOf(requests.map(each => JSON.stringify(each)).join('\n'));
    const decisions = lines((await judged('--requests', file)).out);
    expect(decisions).toHaveLength(requests.length);
    // The proposals admit by each statement, and deny beside each.
    const statements = new Set(decisions.flatMap(({ statement }) => statement ?? []));
    expect(statements).toEqual(new Set(['main of web and api', 'releases', 'GitHub releases']));
    expect(decisions.filter(({ allowed }) => !allowed).length).toBeGreaterThan(20);
  });

  test('is judged alike twice', async () => {
    expect((await judged()).out).toBe((await judged()).out);
  });
});

test('what is no request is told by its line', async () => {
  const file = fileOf('{"of":"role","name":"x","claims":{},"at":1}\n{');
  expect(await judged('--requests', file)).toMatchObject({
    exits: 1,
    out: '',
    error: expect.stringContaining(`${file}:2`),
  });
});
