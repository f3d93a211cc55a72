/**
 * A second evaluator of trust policies, written from the rules of docs/reference/policy.md and not from
 * lib/policy. It reads the plain document of a role, so that a fault of the compiler shows as well.
 */
import { parse } from 'yaml';
import type { AccessRequest, DenyReason } from '../../lib/policy/decide.ts';
import type { Context } from '../../lib/policy/trust.ts';
import type { VerifiedToken } from '../../lib/policy/verified-token.ts';
import { ALICE, BOB } from '../harness/job-events.ts';
import { and, judge, judgeSource, type Scalar, type Truth, type Value } from './truth.ts';

type Node = Scalar | readonly Node[] | Map<string, Node>;
type Document = Map<string, Node>;

export type Token = Pick<VerifiedToken, 'issuer' | 'audience' | 'claims'>;
export type Question = {
  readonly token: Token;
  readonly request: Pick<AccessRequest, 'kinds' | 'scopes' | 'seconds' | 'sessionPolicy'>;
  readonly context: Context;
};

/** One condition that was looked at: `matches`, or `source_ip in`. */
export type Seen = readonly [operator: string, truth: Truth];
export type Tried = { readonly statement: string; readonly seen: readonly Seen[] };

export type Ruling =
  | {
      readonly allow: true;
      readonly statement: string;
      readonly scopes: readonly string[];
      readonly seconds: number;
    }
  | { readonly allow: false; readonly reason: DenyReason; readonly statement: string | undefined };
export type Evaluation = { readonly ruling: Ruling; readonly tried: readonly Tried[] };

const BROKER_AUDIENCE = 'https://sts.test.example';
const ROW_AUDIENCE = new Map([['https://alone.example', 'alone']]);
const BUILDKITE = 'https://agent.buildkite.com';
const PIPELINE_ID = new Map([
  [BUILDKITE, 'pipeline_id'],
  ['https://token.actions.githubusercontent.com', 'repository_id'],
]);
/** Shortest and usual length of a session in seconds. */
const LENGTHS = { aws: { least: 900, usual: 3600 }, jwt: { least: 60, usual: 900 } };
const NOT_CLAIMS = new Set(['iss', 'id', 'scopes', 'until']);

function mapping(node: Node | undefined): Document {
  return node instanceof Map ? node : new Map();
}
function items(node: Node | undefined): readonly Node[] {
  return Array.isArray(node) ? node : [];
}
function texts(node: Node | undefined): readonly string[] {
  return items(node) as readonly string[];
}
function number(node: Node | undefined): number | undefined {
  return typeof node === 'number' ? node : undefined;
}

/** The plain document of a role that the loader has taken. */
export function documentOf(yaml: string): Document {
  return mapping(parse(yaml, { mapAsMap: true, version: '1.2', schema: 'core' }));
}

function own(holder: Value, name: string): Value {
  return typeof holder === 'object' && holder !== null && !Array.isArray(holder)
    ? Object.getOwnPropertyDescriptor(holder, name)?.value
    : undefined;
}

function lookUp(name: string, { issuer, claims }: Token): Value {
  if (name.startsWith('/')) {
    const names = name.split('/').slice(1);
    return names.reduce<Value>(
      (holder, each) =>
        own(
          holder,
          each.replace(/~[01]/g, escaped => (escaped === '~1' ? '/' : '~')),
        ),
      claims,
    );
  }
  const value = own(claims, name);
  const leftOut = issuer === BUILDKITE && (name === 'build_tag' || name === 'step_key');
  return value === undefined && leftOut ? null : value;
}

function ruleSeen(name: string, rule: Node, token: Token): Seen[] {
  const value = lookUp(name, token);
  const operators = rule instanceof Map ? [...rule] : [['equals', rule] as const];
  return operators.map(([operator, operand]) => {
    const operands = Array.isArray(operand) ? operand : [operand];
    return [operator, judge(operator, value, operands as Scalar[])];
  });
}

function conditionsSeen(statement: Document, { token, context }: Question): Seen[] {
  const claims = statement.has('claims')
    ? [...mapping(statement.get('claims'))]
    : [...statement].filter(([name]) => !NOT_CLAIMS.has(name));
  const source = [...mapping(mapping(statement.get('request')).get('source_ip'))];
  return [
    ...claims.flatMap(([name, rule]) => ruleSeen(name, rule, token)),
    ...source.map(([operator, ranges]): Seen => {
      const truth = judgeSource(operator, context.sourceAddress, texts(ranges));
      return [`source_ip ${operator}`, truth];
    }),
  ];
}

type Statement = { readonly id: string; readonly body: Document; readonly left: number };

function statementsOf(role: Document, effect: 'trust' | 'deny', { token, context }: Question): Statement[] {
  return items(role.get(effect))
    .map((node, index) => {
      const body = mapping(node);
      const until = body.get('until');
      const left =
        until === undefined ? Number.POSITIVE_INFINITY : Date.parse(String(until)) / 1000 - context.now;
      return { id: String(body.get('id') ?? `${effect}[${index}]`), body, left };
    })
    .filter(({ body, left }) => body.get('iss') === token.issuer && left > 0);
}

function pathless(value: string): boolean {
  return value.split('/').every(part => part !== '.' && part !== '..');
}

/** The letters that Unicode calls default-ignorable, out of a list of its own. */
const UNSEEN = /[\u115f\u1160\u3164\uffa0\u17b4\u17b5]/;

/** By where a template stands, which text may be put into it. */
const STANDS: { readonly [where in 'policy' | 'tag' | 'text']: (value: string) => boolean } = {
  policy: value => /^[\w./=@+:-]+$/.test(value) && pathless(value),
  tag: value =>
    /^[\p{Letter}\p{Number}_.:/=+@\- ]+$/u.test(value) &&
    !UNSEEN.test(value) &&
    value.trim() === value &&
    value.normalize('NFC') === value &&
    pathless(value),
  text: value =>
    value.length <= 1024 &&
    !/\p{Surrogate}/u.test(value) &&
    !/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(value),
};
type Where = keyof typeof STANDS;

/** What a template becomes; undefined when a claim in it cannot be used. */
function filled(template: string, token: Token, where: Where = 'policy', iam = false): string | undefined {
  let whole = true;
  const text = template.replace(/\$\{([^}]*)\}/g, (slot, name: string) => {
    if (iam && name.startsWith('aws:')) return slot;
    const value = lookUp(name, token);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value === 'string' && STANDS[where](value)) return value;
    whole = false;
    return slot;
  });
  return whole ? text : undefined;
}

/** Fills every text in the node; undefined when one cannot be. */
function filledAll(node: Node, token: Token, where: Where = 'policy', iam = false): Node | undefined {
  if (typeof node === 'string') return filled(node, token, where, iam);
  if (Array.isArray(node)) {
    const list = node.map(each => filledAll(each, token, where, iam));
    return list.every(each => each !== undefined) ? list : undefined;
  }
  if (!(node instanceof Map)) return node;
  const entries = [...node].map(([key, value]) => [key, filledAll(value, token, where, iam)] as const);
  return entries.every((entry): entry is [string, Node] => entry[1] !== undefined)
    ? new Map(entries)
    : undefined;
}

function jsonOf(node: Node): string {
  return JSON.stringify(node, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value));
}

/** A tag with a literal is refused only where the claim is that very literal. */
function tagRefused(tag: Node, token: Token): DenyReason | undefined {
  const instead = tag instanceof Map ? tag.get('else') : undefined;
  const template = String(tag instanceof Map ? tag.get('value') : tag);
  const value = filled(template, token, 'tag');
  if (instead !== undefined) return value === instead ? 'claim_not_usable' : undefined;
  if (value === undefined) return 'claim_not_usable';
  if (value.length > 256) return 'tag_too_long';
  const changed = template.includes('${') && !(pathless(value) && value.normalize('NFC') === value);
  return changed ? 'claim_not_usable' : undefined;
}

/** The values of a claim, and whether any text may be put into them. */
function claimRefused(claim: Node, token: Token): boolean {
  return claim instanceof Map
    ? filledAll(claim.get('value') ?? null, token, claim.get('text') === true ? 'text' : 'policy') ===
        undefined
    : filledAll(claim, token) === undefined;
}

function awsRefused(aws: Document, { request, token }: Question): DenyReason | undefined {
  if (request.sessionPolicy && (aws.has('policy') || items(aws.get('policy_arns')).length > 0))
    return 'session_policy_refused';
  const policy = filledAll(aws.get('policy') ?? null, token, 'policy', true);
  if (policy === undefined) return 'claim_not_usable';
  for (const tag of mapping(aws.get('tags')).values()) {
    const reason = tagRefused(tag, token);
    if (reason) return reason;
  }
  return jsonOf(policy).length > 2048 ? 'session_policy_too_large' : undefined;
}

function jwtRefused(jwt: Document, token: Token): DenyReason | undefined {
  const id = jwt.get('subject') === 'pipeline' ? PIPELINE_ID.get(token.issuer) : undefined;
  const claims = [...mapping(jwt.get('claims')).values(), id === undefined ? '' : `\${${id}}`];
  return claims.some(claim => claimRefused(claim, token)) ? 'claim_not_usable' : undefined;
}

function refused(role: Document, kind: 'aws' | 'jwt', scopes: readonly string[], ask: Question) {
  const { request, token } = ask;
  const session = mapping(role.get('session'));
  const ours = mapping(role.get(kind));
  const longest = number(session.get('max_seconds'));
  // A session of AWS is as short as can be where the job must run.
  const watched = kind === 'aws' && role.has('running');
  const usual =
    number(session.get('seconds')) ??
    number(ours.get('seconds')) ??
    Math.min(watched ? LENGTHS.aws.least : LENGTHS[kind].usual, longest ?? Infinity);
  const seconds = request.seconds ?? usual;
  const reason = (): DenyReason | undefined => {
    if (role.has('disabled')) return 'role_disabled';
    if (request.kinds !== undefined && !request.kinds.includes(kind)) return 'kind_differs';
    if (request.scopes?.some(scope => !scopes.includes(scope))) return 'scope_beyond_grant';
    if (seconds > (longest ?? usual)) return 'seconds_above_maximum';
    if (seconds < LENGTHS[kind].least) return 'seconds_below_minimum';
    return kind === 'aws' ? awsRefused(ours, ask) : jwtRefused(ours, token);
  };
  return { reason: reason(), seconds };
}

/** Whom each name of broker.yml stands for. */
const APPROVERS = new Map([
  ['alice', [ALICE]],
  ['bob', [BOB]],
  ['release-managers', [ALICE, BOB]],
]);
const WITHIN = new Map([
  ['30m', 1800],
  ['1h', 3600],
]);

function approvalReason(approval: Document, { job, now }: Context): DenyReason | undefined {
  if (!job?.build) return 'job_unknown';
  const by = texts(approval.get('by')).flatMap(name => APPROVERS.get(name) ?? []);
  const { step, by: who = '', at = 0 } = job.unblocked ?? {};
  if (step !== approval.get('step') || !by.includes(who)) return 'approval_missing';
  return now - at > (WITHIN.get(String(approval.get('within'))) ?? 0) ? 'approval_too_old' : undefined;
}

function runningReason({ job }: Context): DenyReason | undefined {
  if (job?.state === 'running') return undefined;
  return job?.state === 'finished' ? 'job_finished' : 'job_unknown';
}

/** What is demanded of the job, last of all. What is false comes before what is in doubt, and what is suspended holds. */
function demandReason(role: Document, context: Context): DenyReason | undefined {
  const asks = (demand: 'running' | 'approval') => role.has(demand) && !context.suspended?.includes(demand);
  const reasons = [
    asks('running') ? runningReason(context) : undefined,
    asks('approval') ? approvalReason(mapping(role.get('approval')), context) : undefined,
  ];
  return (
    reasons.find(each => each !== undefined && each !== 'job_unknown') ??
    reasons.find(each => each !== undefined)
  );
}

/**
 * A role's own audience stands alone; otherwise the broker's does, beside those of an issuer's row. An
 * issuer of which the role does not speak lends it none.
 */
function takes(role: Document, { audience, issuer }: Token): boolean {
  const written = role.get('audience');
  if (written !== undefined) return audience === (written instanceof Map ? written.get('value') : written);
  const statements = [...items(role.get('trust')), ...items(role.get('deny'))];
  const spoken = statements.some(each => mapping(each).get('iss') === issuer);
  return audience === BROKER_AUDIENCE || (spoken && audience === ROW_AUDIENCE.get(issuer));
}

/** Decides by the document alone, and tells every condition that it looked at. */
export function evaluate(role: Document, ask: Question): Evaluation {
  const tried: Tried[] = [];
  const deny = (reason: DenyReason, statement?: string): Evaluation => ({
    ruling: { allow: false, reason, statement },
    tried,
  });
  const truthOf = ({ id, body }: Statement): Truth => {
    const seen = conditionsSeen(body, ask);
    tried.push({ statement: id, seen });
    return and(seen.map(([, truth]) => truth));
  };
  if (!takes(role, ask.token)) return deny('audience_differs');
  const struck = statementsOf(role, 'deny', ask).find(statement => truthOf(statement) > 0);
  if (struck) return deny('explicitly_denied', struck.id);
  const kind = role.has('aws') ? 'aws' : 'jwt';
  const held = statementsOf(role, 'trust', ask)
    .filter(({ left }) => left >= LENGTHS[kind].least)
    .find(statement => truthOf(statement) === 1);
  if (!held) return deny('no_statement_holds');
  const granted = texts(held.body.get('scopes'));
  const { reason: refusal, seconds } = refused(role, kind, granted, ask);
  const reason = refusal ?? demandReason(role, ask.context);
  if (reason) return deny(reason, held.id);
  return {
    ruling: {
      allow: true,
      statement: held.id,
      scopes: ask.request.scopes ?? granted,
      seconds: Math.min(seconds, Math.floor(held.left)),
    },
    tried,
  };
}
