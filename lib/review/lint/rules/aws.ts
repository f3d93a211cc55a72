import { findEntry, type Tree } from '../../../language/tree.ts';
import { type Linted, listScalarTrees } from '../linted.ts';
import type { LintRule } from '../rule.ts';

function findAwsTemplate(linted: Linted) {
  return linted.role?.template.kind === 'aws' ? linted.role.template : undefined;
}

function findAwsPlace(linted: Linted, key: string): Tree['place'] {
  const aws = findEntry(linted.tree, 'aws')?.value;
  return (aws && findEntry(aws, key)?.place) ?? linted.tree.place;
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session: a session may do what
 * either allows.
 */
export const policyBesideArns: LintRule = {
  rule: 'policy-beside-arns',
  level: 'warning',
  says: 'policy and policy_arns stand together, and a session may do what either allows.',
  check: linted => {
    const aws = findAwsTemplate(linted);
    return aws?.policy && aws.policy_arns.length > 0
      ? [
          {
            place: findAwsPlace(linted, 'policy_arns'),
            message:
              'AWS adds policy and policy_arns up, so each widens what the other leaves. Say all of it in one of them.',
          },
        ]
      : [];
  },
};

function isNarrowedBySession(linted: Linted): boolean {
  const aws = findAwsTemplate(linted);
  return aws !== undefined && (aws.policy !== undefined || aws.policy_arns.length > 0);
}

const GROUPED = new WeakMap<readonly Linted[], Map<string, Linted[]>>();

/** Of all policies those of one ARN, made once: with a thousand roles each would else look at a thousand. */
function groupByArn(all: readonly Linted[]): Map<string, Linted[]> {
  const known = GROUPED.get(all);
  if (known) return known;
  const groups = new Map<string, Linted[]>();
  for (const each of all) {
    const arn = findAwsTemplate(each)?.role_arn;
    const group = arn === undefined ? undefined : groups.get(arn);
    if (group) group.push(each);
    else if (arn !== undefined) groups.set(arn, [each]);
  }
  GROUPED.set(all, groups);
  return groups;
}

/** Roles that a session policy narrows each in its own way are left alone: that is what one is for. */
export const roleArnShared: LintRule = {
  rule: 'role-arn-shared',
  level: 'warning',
  says: 'Two roles lead to one role of AWS, so the laxer of the two decides.',
  check: (linted, { all }) => {
    const arn = findAwsTemplate(linted)?.role_arn;
    const other =
      arn === undefined
        ? undefined
        : groupByArn(all)
            .get(arn)
            ?.find(each => each !== linted);
    if (!other || (isNarrowedBySession(linted) && isNarrowedBySession(other))) return [];
    return [
      {
        place: findAwsPlace(linted, 'role_arn'),
        message: `${other.name} leads to the same role of AWS, so whoever has either has both. Give each an AWS role of its own, or a session policy.`,
      },
    ];
  },
};

const EVERYTHING = [
  'arn:aws:iam::aws:policy/AdministratorAccess',
  'arn:aws-cn:iam::aws:policy/AdministratorAccess',
  'arn:aws-us-gov:iam::aws:policy/AdministratorAccess',
];

function hasWildcardAlone(statement: Tree, key: string): boolean {
  return listScalarTrees(findEntry(statement, key)?.value).some(({ value }) => value === '*');
}

/** Allows it all that the role may do, whenever? */
function isAllowingAll(statement: Tree): boolean {
  if (
    findEntry(statement, 'Condition') ||
    !hasWildcardAlone(statement, 'Action') ||
    !hasWildcardAlone(statement, 'Resource')
  )
    return false;
  return listScalarTrees(findEntry(statement, 'Effect')?.value).some(({ value }) => value === 'Allow');
}

function findWidePolicy(linted: Linted): Tree['place'] | undefined {
  const aws = findEntry(linted.tree, 'aws')?.value;
  const policy = aws && findEntry(aws, 'policy')?.value;
  const written = policy && findEntry(policy, 'Statement')?.value;
  const statements = written?.kind === 'list' ? written.items : written ? [written] : [];
  const isDenying = statements.some(each =>
    listScalarTrees(findEntry(each, 'Effect')?.value).some(({ value }) => value === 'Deny'),
  );
  const wide = isDenying ? undefined : statements.find(isAllowingAll);
  const arns = listScalarTrees(aws && findEntry(aws, 'policy_arns')?.value);
  return wide?.place ?? arns.find(({ value }) => EVERYTHING.includes(String(value)))?.place;
}

/** A session may do what its role and its policy both allow: with everything allowed here, the role alone decides. */
export const policyNarrowsNothing: LintRule = {
  rule: 'policy-narrows-nothing',
  level: 'warning',
  says: 'A session policy allows everything, so it takes nothing away.',
  check: linted => {
    const place = findWidePolicy(linted);
    const message =
      'This allows every action on every resource, so the session may do all that the role of AWS may. Name the actions and resources, or leave the policy away.';
    return place ? [{ place, message }] : [];
  },
};
