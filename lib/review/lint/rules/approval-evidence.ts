import { findEntry } from '../../../language/tree.ts';
import type { LintRule } from '../rule.ts';

/** The event names whom the API was told to name, and cannot tell it from a click. */
export const approvalEvidence: LintRule = {
  rule: 'approval-evidence',
  level: 'note',
  says: 'An approval is evidence, and no proof, that those who are named were asked.',
  check: ({ role, tree }) =>
    role?.approval
      ? [
          {
            place: findEntry(tree, 'approval')?.place ?? tree.place,
            message:
              'An approval is evidence, not proof: whoever holds a token of Buildkite with write_builds can unblock a step in the name of any user, and those who may edit the pipeline decide what runs after it. Keep such tokens few.',
          },
        ]
      : [],
};
