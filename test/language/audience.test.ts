import { describe, expect, test } from 'vitest';
import { audienceShape, compileAudience } from '../../lib/language/audience.ts';
import { Complaints } from '../../lib/language/complaint.ts';
import { readWith } from '../harness/policy.ts';
import { table } from '../harness/table.ts';

function read(yaml: string) {
  return readWith(yaml, (tree, complaints) => {
    const written = audienceShape.read(tree, complaints);
    return written && compileAudience(written, complaints);
  });
}

test.each(table`
  an audience of our own                 | https://sts.acme.example                                      | https://sts.acme.example
  a name                                 | deploy-web                                                    | deploy-web
  one that only begins like a shared one | sts.amazonaws.com.acme.example                                | sts.amazonaws.com.acme.example
  a shared one with a reason             | { value: sts.amazonaws.com, reason: "moves off AWS by June" } | sts.amazonaws.com
`)('an audience is taken: %s', (_name, yaml, value) => {
  expect(read(yaml)).toEqual({ value, refusals: [] });
});

describe('an audience that others accept is refused without a reason', () => {
  test.each([
    ['sts.amazonaws.com'],
    ['STS.amazonaws.com'],
    ['sts.amazonaws.com.cn'],
    ['api://AzureADTokenExchange'],
    ['api://AzureADTokenExchangeUSGov'],
    ['//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/b'],
    ['https://iam.googleapis.com/projects/1'],
    ['sigstore'],
    ['vault'],
    ['npm:registry.example'],
    ['https://buildkite.com/acme'],
    ['https://github.com/acme'],
    ['https://gitlab.com'],
    ['https://packages.buildkite.com/acme/gems'],
    ['ari:cloud:bitbucket::workspace/6b4a1f0e-3c2d-4e5f-8a9b-0c1d2e3f4a5b'],
  ])('%s', audience => {
    expect(read(`"${audience}"`).refusals).toEqual(['audience-shared 1:1']);
  });
});

test.each([
  ['a space', '"a b"', ['wrong-value 1:1']],
  ['nothing', '""', ['wrong-value 1:1']],
  ['another script', 'ветка', ['wrong-value 1:1']],
  ['more than 512 characters', 'x'.repeat(513), ['wrong-value 1:1']],
  ['a number', '5', ['wrong-type 1:1']],
  ['a list', '[a, b]', ['wrong-type 1:1']],
  ['a reason that says nothing', '{ value: vault, reason: why }', ['wrong-value 1:25']],
  ['no reason', '{ value: vault }', ['missing-key 1:1']],
])('an audience is refused: %s', (_name, yaml, refusals) => {
  expect(read(yaml).refusals).toEqual(refusals);
});

test('P31: who follows the page of Buildkite on registries is told whose that audience is', () => {
  const said = new Complaints();
  const url = 'https://packages.buildkite.com/acme/gems';
  readWith(url, (tree, complaints) => {
    const written = audienceShape.read(tree, complaints);
    if (written) compileAudience(written, said);
  });
  const [complaint] = said.all;
  expect(complaint?.message).toContain('without a broker');
  expect(complaint?.message).toContain('--audience');
});
