import { expect, test } from 'vitest';
import { listLikelyValues } from '../../../lib/review/space/likely.ts';

test.each([
  ['the sample', 'organization_slug', 'acme', ['acme', 'main']],
  ['of a ref then another ref', 'ref', 'refs/heads/main', ['refs/heads/main', 'refs/heads/other']],
  ['of a repository then another', 'repository', 'acme/web', ['acme/web', 'acme/other']],
  ['a number where an id has no sample', 'repository_id', undefined, [undefined, '1001']],
  ['the text true, as vendors send it', 'environment_protected', undefined, [undefined, 'true', 'false']],
  ['a branch where nothing else is known', 'team', undefined, [undefined, 'main', 'other']],
])('likeliest is %s', (_name, claim, sample, values) => {
  expect(listLikelyValues(claim, sample).slice(0, values.length)).toEqual(values);
});
