import { type ClaimHint, CODES, type Code } from '../errors.ts';
import { oauth } from './oauth.ts';
import type { HttpRequest } from './protocol.ts';
import { REMEDIES } from './remedies.ts';

/** Whose turn it is, by the fault of a code. */
const TURNS: { readonly [fault in (typeof CODES)[Code]['fault']]: string } = {
  caller: 'Yours. The request or the token is not as it must be.',
  denied: "Yours, or the role's owner's. The token is good, and the policy says no.",
  setup:
    'Of whoever runs the broker or owns the role. Trying again does not help: something is not set up right.',
  ours: "The broker's. Your step is right. Something is broken or away; clients try again by themselves.",
};

/** Claims as they would stand in the way, for codes that name some. */
const CLAIMS: { readonly [code in Code]?: readonly ClaimHint[] } = {
  trust_not_met: [{ claim: 'build_branch', why: 'differs', value: 'feature/login' }],
  claim_not_usable: [
    {
      claim: 'build_branch',
      why: 'unusable',
      value: 'fix#1',
      place: 'aws.tags.branch',
      character: '# (U+0023)',
      position: 4,
    },
  ],
};

/** The parameter or claim that is named, for codes that name one. */
const NAMED: { readonly [code in Code]?: string } = {
  parameter_invalid: 'expires_in',
  parameter_missing: 'audience',
  parameter_repeated: 'audience',
  parameter_unsupported: 'actor_token',
  token_claims_invalid: 'exp',
};

const AS_TEXT: HttpRequest = {
  method: 'POST',
  path: '/token',
  headers: { accept: 'text/plain' },
  query: '',
  body: new Uint8Array(),
  sourceAddress: undefined,
};

/** The answer of `/token` with this code, as a step that asked for text reads it. */
function createExample(code: Code, url: string, audience: string): string {
  const { status, body } = oauth.render(
    {
      kind: 'refused',
      decisionId: '11111111-2222-4333-8444-555555555555',
      code,
      says: CODES[code].says,
      at: NAMED[code],
      claims: CLAIMS[code] ?? [],
      contact: CODES[code].fault === 'denied' && code !== 'role_refused_or_unknown' ? '#team-web' : undefined,
      nearRole: undefined,
      approvalStep: code.startsWith('approval_') ? 'approve-release' : undefined,
    },
    AS_TEXT,
    { url, audience, now: 0 },
  );
  return `HTTP ${status}\n${body}`.trimEnd();
}

/** The page of a code: what it means, whose turn it is, what to do on each side, and an example. */
export function writeErrorPage(code: Code, url: string, audience: string): string {
  const { says, fault } = CODES[code];
  const { step, operator, command, policy } = REMEDIES[code];
  const parts: readonly (readonly [heading: string, text: string | undefined])[] = [
    ['What it means', says],
    ['Whose turn it is', TURNS[fault]],
    ['What to do in the step', [step, command].filter(Boolean).join('\n\n')],
    ['What to do in the policy, or where the broker runs', operator],
    ['Such lines of a role', policy],
    ['An example of the answer', createExample(code, url, audience)],
    [
      'Read on',
      `docs/reference/errors.md has all codes; docs/guides/troubleshooting.md begins at what you see.`,
    ],
  ];
  const written = parts.flatMap(([heading, text]) =>
    text ? [`${heading}\n\n${text.replace(/^(?=.)/gm, '  ')}`] : [],
  );
  return `${[code, ...written].join('\n\n')}\n`;
}
