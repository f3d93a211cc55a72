import type { LintRule, RuleFacts } from './rule.ts';
import { approvalEvidence } from './rules/approval-evidence.ts';
import { policyBesideArns, policyNarrowsNothing, roleArnShared } from './rules/aws.ts';
import { claimOnRequest } from './rules/claim-on-request.ts';
import { denyStrikesAbsent } from './rules/deny-strikes-absent.ts';
import { deniesNothing, neverHolds, roleUnreachable, statementShadowed } from './rules/idle.ts';
import { ceilingExceeded, jobKindAdmitted, knowinglyIdle } from './rules/job-kind.ts';
import { nameNotId } from './rules/name-not-id.ts';
import { noContact } from './rules/no-contact.ts';
import { patternOnNull } from './rules/pattern-on-null.ts';
import { patternOpenEnd } from './rules/pattern-open-end.ts';
import { pipelineUnbound } from './rules/pipeline-unbound.ts';
import { ruleOnSub } from './rules/rule-on-sub.ts';
import { sessionLong } from './rules/session-long.ts';
import { singleUseAdvisable, singleUseRenewed } from './rules/single-use.ts';
import { slotsRunTogether } from './rules/slots-run-together.ts';
import { tagMayDeny } from './rules/tag-may-deny.ts';
import { templateByPattern } from './rules/template-by-pattern.ts';
import { untilPassed } from './rules/until-passed.ts';
import { valueImpossible, valueNeverSent, valueSuspect } from './rules/value-never-sent.ts';
import { workflowAtAnyRef } from './rules/workflow-at-any-ref.ts';

/** Every rule of lint, in the order of the index. CONTRIBUTING.md says how to add one. */
export const LINT_RULES: readonly LintRule[] = [
  pipelineUnbound,
  patternOpenEnd,
  jobKindAdmitted,
  knowinglyIdle,
  ceilingExceeded,
  workflowAtAnyRef,
  ruleOnSub,
  valueImpossible,
  valueNeverSent,
  valueSuspect,
  untilPassed,
  templateByPattern,
  roleArnShared,
  policyBesideArns,
  policyNarrowsNothing,
  sessionLong,
  neverHolds,
  statementShadowed,
  deniesNothing,
  denyStrikesAbsent,
  roleUnreachable,
  singleUseRenewed,
  singleUseAdvisable,
  nameNotId,
  patternOnNull,
  claimOnRequest,
  approvalEvidence,
  tagMayDeny,
  slotsRunTogether,
  noContact,
];

/** Of the comments that hush the others. It cannot be hushed itself. */
export const IGNORE_COMMENT: RuleFacts = {
  rule: 'ignore-comment',
  level: 'warning',
  says: 'A kite-sts-ignore comment has no reason, or nothing to ignore.',
};
