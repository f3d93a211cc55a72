import { chooseCode } from './answer.ts';
import type { Code } from './errors.ts';
import { listUnmet } from './hint.ts';
import type { AccessOutcome, Authorization, Outcome, Reached, Refused, RegistryRefused } from './outcome.ts';
import type { CheckedCondition } from './policy/condition.ts';
import type { Grant } from './policy/decide.ts';
import type { Access } from './policy/registries/grammar.ts';
import { findNearestStatement } from './policy/trace.ts';
import { describeUnusable } from './policy/usable.ts';
import { describeSwitch } from './switch.ts';

/** Everything that an operator needs, and no credential: for audit. */
export type ExchangeRecord = {
  readonly outcome: (Outcome | Authorization)['kind'];
  /** Undefined when it was not refused. */
  readonly code: Code | undefined;
  /** More exact than the code: strangers get one code for several reasons. */
  readonly reason: Refused | RegistryRefused | undefined;
  readonly detail: string | undefined;
  readonly reached: Reached;
  readonly statement: string | undefined;
  /** The conditions of the nearest statement that did not hold, expected values included. */
  readonly unmet: readonly CheckedCondition[];
  readonly grant: Grant | undefined;
  /** Tags whose literal was sent, each with what was wrong with the claim; undefined where there is none. */
  readonly replaced?: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  /** The access that a registry token has. */
  readonly access: readonly Access[] | undefined;
  readonly session: string | undefined;
  readonly expiresAt: number | undefined;
};

function findDetail(outcome: Outcome | Authorization | AccessOutcome): string | undefined {
  if (outcome.kind === 'failed') return outcome.error.detail;
  const { decision, off } = outcome.reached;
  if (off) return describeSwitch(off);
  if (decision?.allowed !== false) return undefined;
  return 'unusable' in decision && decision.unusable
    ? describeUnusable(decision.unusable)
    : decision.concerns;
}

function describeReplaced({ target }: Grant): readonly string[] | undefined {
  return target.kind === 'aws' ? target.replaced?.map(describeUnusable) : undefined;
}

type Any = Outcome | Authorization | AccessOutcome;

function hasCredential(outcome: Any): outcome is Extract<Any, { kind: 'issued' | 'granted' }> {
  return outcome.kind === 'issued' || outcome.kind === 'granted';
}

function findGrantedScopes(outcome: Any): readonly string[] | undefined {
  if (outcome.kind === 'issued') return outcome.grant.scopes;
  return outcome.kind === 'authorized' || outcome.kind === 'granted' ? outcome.scopes : undefined;
}

/** Draws from an outcome what goes into the audit event. */
export function drawRecord(outcome: Outcome | Authorization | AccessOutcome): ExchangeRecord {
  const { reached } = outcome;
  const { decision } = reached;
  return {
    outcome: outcome.kind === 'granted' ? 'issued' : outcome.kind,
    code: outcome.kind === 'denied' || outcome.kind === 'failed' ? chooseCode(outcome) : undefined,
    reason: outcome.kind === 'denied' ? outcome.reason : undefined,
    detail: findDetail(outcome),
    reached,
    statement: decision?.statement ?? reached.registryToken?.statement,
    unmet: decision?.allowed === false ? listUnmet(findNearestStatement(decision.trace)?.conditions) : [],
    grant: outcome.kind === 'issued' ? outcome.grant : undefined,
    replaced: outcome.kind === 'issued' ? describeReplaced(outcome.grant) : undefined,
    scopes: findGrantedScopes(outcome),
    access: outcome.kind === 'granted' ? outcome.access : undefined,
    session: hasCredential(outcome) ? outcome.credential.session : reached.registryToken?.id,
    expiresAt: hasCredential(outcome) ? outcome.credential.expiresAt : undefined,
  };
}
