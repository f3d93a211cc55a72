import { findEntry, type Tree } from '../../../language/tree.ts';
import type { LintRule } from '../rule.ts';

/** Seconds. A step that lasts longer renews: `exec` and the SDKs' own providers do it by themselves. */
const LONG = 3600;

function findSecondsPlace(tree: Tree): Tree['place'] | undefined {
  const session = findEntry(tree, 'session')?.value;
  return session && findEntry(session, 'seconds')?.place;
}

/** A credential that leaks is good for as long as it lives. */
export const sessionLong: LintRule = {
  rule: 'session-long',
  level: 'warning',
  says: 'Sessions last longer than an hour without being asked to.',
  check: ({ role, tree }, { broker }) => {
    if (!role || role.session.seconds <= Math.max(LONG, role.session.min)) return [];
    return [
      {
        place: findSecondsPlace(tree) ?? findSecondsPlace(broker) ?? tree.place,
        message: `Sessions last ${role.session.seconds} seconds unless the step asks for less. Let seconds be ${LONG} or less, and max_seconds what the longest step may ask for.`,
      },
    ];
  },
};
