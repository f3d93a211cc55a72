import { expect, test } from 'vitest';
import { compareConfigs, type Differences, type RoleChange } from '../../../lib/review/compare/change.ts';
import { judgeDirection } from '../../../lib/review/compare/direction.ts';
import { configFrom, ROLES } from '../../harness/local.ts';
import { NOW } from '../../harness/policy.ts';

const ISSUERS = '- preset: buildkite\n';

function between(from: string, to: string, issuers = ISSUERS): Differences {
  const [before, after] = [
    configFrom({ publish: ROLES.publish }, ISSUERS),
    configFrom({ publish: ROLES.publish.replace(from, to) }, issuers),
  ];
  return compareConfigs(before, after, { findSample: () => ({}), from: NOW });
}

const WIDER = between('build_branch: main', 'build_branch: { matches: "m*" }');

test.each<[name: string, differences: Differences, direction: string]>([
  ['no change', between('', ''), 'not wider'],
  ['less', between('in: [web, api]', 'in: [web]'), 'not wider'],
  ['more', WIDER, 'wider'],
  ['tokens that may live longer', between('', '', `${ISSUERS}  max_token_lifetime: 600\n`), 'wider'],
])('%s is told', (_name, differences, direction) => {
  expect(judgeDirection(differences)).toBe(direction);
});

test('what alone is undecided is not said to be wider, nor to be none', () => {
  const undecided = ({ gained, ...rest }: RoleChange): RoleChange => ({
    ...rest,
    gained: gained.map(each => ({ ...each, shown: 'undecided' })),
  });
  expect(judgeDirection({ ...WIDER, roles: WIDER.roles.map(undecided) })).toBe('undecided');
});
