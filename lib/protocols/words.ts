import type { Answer } from '../answer.ts';
import { type ClaimHint, CODES, type Code } from '../errors.ts';
import type { AwsTarget } from '../policy/targets/aws.ts';
import type { AwsCredential, GithubCredential, GrantOf } from '../providers/provider.ts';
import type { HttpAnswer, IdentityAnswer, Voice } from './protocol.ts';

export type RefusedAnswer = Extract<Answer, { kind: 'refused' }>;
export type IssuedAnswer = Extract<Answer, { kind: 'issued' }>;
/** An answer at a door that gives AWS credentials alone. */
export type IssuedAws = IssuedAnswer & {
  readonly credential: AwsCredential;
  readonly grant: GrantOf<AwsTarget>;
};

/** An answer at a door that gives tokens of GitHub alone. */
export type IssuedGithub = IssuedAnswer & { readonly credential: GithubCredential };

/** Seconds since the epoch as ISO 8601 in UTC; the SDKs want it to end in `Z`. */
export function writeExpiry(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A token file ends in a newline, and most clients send it along. */
export function trimNewline(token: string): string {
  return token.replace(/\r?\n$/, '');
}

/** Seconds after which a fault of ours is worth another try. */
const RETRY_AFTER: { readonly [code in Code]?: number } = {
  // After a failure the table is not asked again for five seconds.
  switches_unavailable: 6,
  // An event takes about as long, at worst, where nothing is wrong.
  job_not_seen: 5,
};

/** The headers of every answer at a door: no cache may keep it (RFC 6749 §5.1, threat T55). */
export function writeHeaders(
  answer: Answer | IdentityAnswer,
  status: number,
  type: string,
): HttpAnswer['headers'] {
  return {
    'content-type': type,
    'cache-control': 'no-store',
    pragma: 'no-cache',
    'decision-id': answer.decisionId,
    ...([429, 503].includes(status) && answer.kind === 'refused' && CODES[answer.code].fault !== 'setup'
      ? { 'retry-after': String(answer.retryAfter ?? RETRY_AFTER[answer.code] ?? 2) }
      : {}),
  };
}

/** RFC 6749 §5.2 allows no quotation mark and no backslash in a description. */
function escapePrintable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}

function describeMinting(voice: Voice): string {
  return `In Buildkite: buildkite-agent oidc request-token --audience ${escapePrintable(voice.audience)}.`;
}

/** Describes what was wrong, and where. */
export function describeRefused(answer: RefusedAnswer, voice: Voice): string {
  const { code, says, at, nearRole, approvalStep } = answer;
  return [
    says,
    code === 'token_already_used' && describeMinting(voice),
    code === 'token_audience_differs' &&
      `That is ${escapePrintable(voice.audience)} unless the role says otherwise.`,
    approvalStep && `The block step: ${approvalStep}.`,
    at && `At fault: ${at}.`,
    nearRole && `Did you mean the role ${nearRole}?`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** One of the caller's own claims that stood in the way, on one line. */
export function describeClaim(hint: ClaimHint): string {
  const { claim, why, value, add, place, character, position } = hint;
  const what = character === undefined ? '' : `${character} at position ${position} `;
  const where = place === undefined ? '' : ` (${what}cannot stand in ${place})`;
  const wanted = add === undefined ? '' : ` (add ${add})`;
  return `${claim} ${why}${value === undefined ? '' : ` ${value}`}${wanted}${where}`;
}

/** These are mended by the next token alone, and their callers hold one that a step minted long ago. */
const MINT: readonly Code[] = ['token_expired', 'token_audience_differs'];

/** All that an answer says, for clients that show their user one text: what, what to do, which claims, whom to ask. */
export function describeInOneText(refused: RefusedAnswer, voice: Voice, advice: string | undefined): string {
  return [
    describeRefused(refused, voice),
    MINT.includes(refused.code) && describeMinting(voice),
    advice,
    refused.claims.length > 0 && `Claims in the way: ${refused.claims.map(describeClaim).join('; ')}.`,
    refused.contact && `Contact: ${refused.contact}.`,
    `Decision id: ${refused.decisionId}. ${voice.url}/errors/${refused.code}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function replaceInternal(answer: Answer): RefusedAnswer {
  return {
    kind: 'refused',
    decisionId: answer.decisionId,
    code: 'internal_error',
    says: CODES.internal_error.says,
    at: undefined,
    claims: [],
    contact: undefined,
    nearRole: undefined,
  };
}

function isAws(answer: IssuedAnswer): answer is IssuedAws {
  return answer.credential.kind === 'aws' && answer.grant.target.kind === 'aws';
}

/** A door that asked for `aws` alone and got another kind does not let it out. */
export function onlyAws(answer: Answer): IssuedAws | RefusedAnswer {
  return answer.kind === 'refused' || isAws(answer) ? answer : replaceInternal(answer);
}

function isGithub(answer: IssuedAnswer): answer is IssuedGithub {
  return answer.credential.kind === 'github';
}

/** A door that asked for `github` alone and got another kind does not let it out. */
export function onlyGithub(answer: Answer): IssuedGithub | RefusedAnswer {
  return answer.kind === 'refused' || isGithub(answer) ? answer : replaceInternal(answer);
}
