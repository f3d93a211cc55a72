import { makePrintable } from '../../client/printable.ts';
import type { Config } from '../../config/load.ts';
import { suggestWord } from '../../language/nearest.ts';
import { type Decision, decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import { findRequestFlag } from '../../policy/issuer.ts';
import type { MethodDecision } from '../../policy/method.ts';
import { assumeVerified } from '../../review/assume.ts';
import { createOpenedDescriber } from '../../review/compare/opened.ts';
import { explainDecision, summarizeDecision } from '../../review/explain/explain.ts';
import { findRemedies, type Remedies } from '../../review/explain/remedy.ts';
import { colorText } from '../color.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { decideAtRegistry } from '../registry-request.ts';
import { listAllowedScopes } from '../replayed.ts';
import { type RecordedOutcome, readCommandRequest } from '../request.ts';
import { CONFIG_OPTION, EXIT, type Flags, printResult, type Terminal, type Verb } from '../verb.ts';

type Explanation = {
  /** The name of the role or registry. */
  readonly policy: { readonly name: string };
  readonly of: 'role' | 'registry';
  readonly recorded: RecordedOutcome | undefined;
  readonly decision: Decision | MethodDecision;
  readonly stopped: ExplainStop | undefined;
  readonly remedies: Remedies;
};

/** A refusal of a token before any role is asked. */
type ExplainStop = { readonly reason: 'guard_not_met' | 'token_issuer_unknown'; readonly says: string };

function describeExplanation(explanation: Explanation): object {
  const { policy, of, decision, stopped, recorded, remedies } = explanation;
  return {
    [of]: policy.name,
    allowed: decision.allowed && !stopped,
    reason: stopped?.reason ?? (decision.allowed ? undefined : decision.reason),
    statement: decision.statement,
    seconds: decision.allowed && 'grant' in decision ? decision.grant.seconds : undefined,
    scopes: decision.allowed ? listAllowedScopes(decision) : undefined,
    says: summarizeDecision(policy, decision),
    remedies,
    recorded,
    trace: decision.trace,
  };
}

const GUARD: ExplainStop = {
  reason: 'guard_not_met',
  says: "DENIED: the claims do not meet the guard (require) of their issuer's row in broker.yml, which comes before any role.",
};

function describeUnknownIssuer(issuer: string, known: Iterable<string>): ExplainStop {
  return {
    reason: 'token_issuer_unknown',
    says: makePrintable(
      `DENIED: no row of broker.yml trusts the issuer ${issuer}, which comes before any role.${suggestWord(issuer, known)}`,
    ),
  };
}

function findStop(token: ReturnType<typeof assumeVerified>, rows: Config['rows']): ExplainStop | undefined {
  const { issuer, claims } = token;
  const row = rows.get(issuer);
  if (!row) return describeUnknownIssuer(issuer, rows.keys());
  return meetsGuard(row, claims) ? undefined : GUARD;
}

function listRecordedLines(recorded: RecordedOutcome): string[] {
  const { decisionId, time, outcome, reason, omitted, policyChanged } = recorded;
  return [
    `${decisionId} at ${time}: ${outcome}${reason === undefined ? '' : `, ${reason}`}.`,
    policyChanged
      ? 'The policy has changed since. This is what it decides now:'
      : 'The policy is as it was then:',
    ...(omitted.length > 0 ? [`The event did not keep ${omitted.join(', ')}: absent below.`] : []),
    '',
  ].map(makePrintable);
}

function writeSide(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines.map(line => `  ${line}`)] : [];
}

function writeExplanation(explanation: Explanation): string {
  const { policy, of, decision, stopped, recorded, remedies } = explanation;
  const aim = of === 'role' ? 'have the role' : 'use the registry';
  return [
    ...(recorded ? listRecordedLines(recorded) : []),
    ...(stopped ? [stopped.says, '', 'Were it not for that:', ''] : []),
    ...explainDecision(policy, decision),
    ...writeSide('In the step:', remedies.step),
    ...writeSide(`In the policy, if this job is meant to ${aim}:`, remedies.policy),
    '',
  ].join('\n');
}

async function explainRequest(flags: Flags, terminal: Terminal): Promise<Explanation> {
  const config = openConfig(readCommandSettings(flags, terminal));
  const asked = await readCommandRequest(flags, config);
  const { claims, recorded, context } = asked;
  const policy = asked.registry ?? asked.role;
  const token = assumeVerified(claims, policy);
  const row = config.rows.get(token.issuer);
  const decision = asked.registry
    ? decideAtRegistry(asked.registry, claims, asked.request, context)
    : decide(asked.role, token, asked.access, context);
  return {
    policy,
    of: asked.registry ? 'registry' : 'role',
    recorded,
    decision,
    stopped: findStop(token, config.rows),
    remedies: findRemedies(
      decision,
      claim => findRequestFlag(claim, row),
      createOpenedDescriber(policy, config.rows),
    ),
  };
}

export const explain: Verb = {
  usage: [
    '--role ROLE (--claims FILE | --token-file FILE) [options]',
    '--registry NAME --request "METHOD PATH" (--claims FILE | --token-file FILE) [options]',
    '--decision ID [--audit FILE] [options]',
  ],
  options: {
    role: { type: 'string', value: 'ROLE', help: 'The role that is asked for. This or `--registry`.' },
    registry: { type: 'string', value: 'NAME', help: 'The registry that is asked.' },
    request: {
      type: 'string',
      value: '"METHOD PATH"',
      help: 'With `--registry`: what it is asked, such as `"PUT /npm/left-pad"`.',
    },
    claims: { type: 'string', value: 'FILE', help: 'The claims as JSON. `iss` and `aud` may be left out.' },
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'A subject token, in place of `--claims`. It is only decoded: signature and times are not checked.',
    },
    scope: { type: 'string', value: '"A B"', help: 'The scopes that are asked for.' },
    'expires-in': { type: 'string', value: 'N', help: 'The seconds that are asked for.' },
    'source-ip': { type: 'string', value: 'ADDRESS', help: 'The address that the request would come from.' },
    job: {
      type: 'string',
      value: 'STATE',
      help: 'What events have told of the job: `running` or `finished`. Without it: nothing yet.',
    },
    'approved-by': {
      type: 'string',
      value: 'NAME',
      help: 'Who has unblocked the block step just now: a person of broker.yml, or an id.',
    },
    decision: {
      type: 'string',
      value: 'ID',
      help: 'An event of the audit log, decided with its own role or registry, claims, address and time.',
    },
    audit: {
      type: 'string',
      value: 'FILE',
      help: 'With `--decision`: audit events, one a line. The default is standard input.',
    },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'The whole trace as JSON.' },
  },
  about: `FILE may be - for standard input. Exit code 0 when allowed, 2 when denied. In color on a terminal, unless
NO_COLOR is set.`,
  examples: [
    'kite-sts explain --role deploy-web --claims claims.json',
    'kite-sts explain --decision 0198b014-8517-7cef-b232-76a827315f08 --audit audit.jsonl',
  ],
  async run(flags, terminal) {
    const each = await explainRequest(flags, terminal);
    printResult(
      describeExplanation(each),
      () => colorText(writeExplanation(each), terminal),
      flags,
      terminal,
    );
    return each.decision.allowed && !each.stopped ? EXIT.done : EXIT.denied;
  },
};
