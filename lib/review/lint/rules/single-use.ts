import { findEntry } from '../../../language/tree.ts';
import type { LintRule } from '../rule.ts';

/** Seconds. Tokens that live no longer are spent, or nearly, by the time that a log is read. */
const SHORT = 600;

/** AWS SDKs present one token again and again, so their doors refuse such a role. */
export const singleUseRenewed: LintRule = {
  rule: 'single-use-renewed',
  level: 'warning',
  says: 'single_use is set on a role with aws, whose SDKs present a token again and again.',
  check: ({ role, tree }) =>
    role?.singleUse && role.template.kind === 'aws'
      ? [
          {
            place: findEntry(tree, 'single_use')?.place ?? tree.place,
            message:
              'An AWS SDK presents its token for each new session, and its doors refuse a single_use role. Remove single_use, or have every step use POST /token.',
          },
        ]
      : [],
};

/** A stolen token of an hour buys access for an hour. */
export const singleUseAdvisable: LintRule = {
  rule: 'single-use-advisable',
  level: 'note',
  says: 'A role that is asked for once takes tokens that live long, again and again.',
  check: ({ role, tree, trust }) => {
    const long = trust.find(({ row }) => row.maxTokenLifetime > SHORT);
    if (!role || role.singleUse || role.template.kind !== 'jwt' || !long) return [];
    return [
      {
        place: findEntry(tree, 'jwt')?.place ?? tree.place,
        message: `A token of ${long.row.issuer} may live ${long.row.maxTokenLifetime} seconds, and buys this role as often as it is shown. Say single_use: true.`,
      },
    ];
  },
};
