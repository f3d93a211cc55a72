import type { Teams } from '../../config/teams.ts';
import type { Place, Tree } from '../../language/tree.ts';

import type { Linted } from './linted.ts';

/** How grave: an error keeps a broker from starting, a warning is worth a change, a note is worth knowing. */
export type LintLevel = 'error' | 'warning' | 'note';

/** A place that a rule found, and what it says of it. */
export type LintMatch = { readonly place: Place; readonly message: string };

/** One line of lint's answer. */
export type LintFinding = LintMatch & { readonly rule: string; readonly level: LintLevel };

/** All that a rule may look at beside the role itself. */
export type LintSetting = {
  /** broker.yml as it was read. */
  readonly broker: Tree;
  /** The issuers of its rows, in their order. */
  readonly issuers: readonly string[];
  readonly all: readonly Linted[];
  /** Undefined where no teams.yml is. */
  readonly teams?: Teams | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
};

/** A rule in words: its name, which is its page's too, and in one line what it finds. */
export type RuleFacts = { readonly rule: string; readonly level: LintLevel; readonly says: string };

/**
 * One thing that is allowed and yet better otherwise. A rule that is not sure stays silent: a false alarm
 * teaches people to pass over the next one.
 */
export type LintRule = RuleFacts & {
  check(linted: Linted, setting: LintSetting): readonly LintMatch[];
};
