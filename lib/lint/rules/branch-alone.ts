import { claimPlace, type LintedStatement, narrows } from '../linted.ts';
import type { Found, LintRule } from '../rule.ts';

const foundIn = ({ conditions, known: { branch }, tree, statement }: LintedStatement): Found[] => {
  const bound = branch && conditions.find(each => each.name === branch.claim && narrows(each));
  if (!bound || conditions.some(({ name }) => branch.beside.includes(name))) return [];
  return [
    {
      place: claimPlace(tree, branch.claim),
      message: `${statement.id} binds ${branch.claim} alone, which is a label: forks, tags of that name and builds started by hand may bear it. Bind ${branch.beside.slice(0, 2).join(' or ')} beside it.`,
    },
  ];
};

/** https://buildkite.com/docs/pipelines/configure/environment-variables, BUILDKITE_BRANCH: not a proof. */
export const branchAlone: LintRule = {
  rule: 'branch-alone',
  level: 'warning',
  says: 'A branch is bound, but neither where the build came from nor whether it is of a tag.',
  check: ({ trust }) => trust.flatMap(foundIn),
};
