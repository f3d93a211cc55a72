import type { Code } from '../../lib/errors.ts';
import type { TestBroker } from '../harness/broker.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { OFF } from './backends.ts';

/** How an exchange ends where nothing is broken. */
export type End = 'issued' | Code;

export type Question = {
  readonly name: string;
  readonly role: string;
  readonly claims?: { readonly [claim: string]: unknown };
  /** Whether the signature is another's. */
  readonly forged?: true;
  /** Whether the token was used before anything broke. */
  readonly used?: true;
  readonly clean: End;
};

export const QUESTIONS: readonly Question[] = [
  { name: 'publish', role: 'publish', clean: 'issued' },
  { name: 'release', role: 'release', clean: 'issued' },
  { name: 'deploy', role: 'deploy', clean: 'issued' },
  { name: 'used', role: 'release', used: true, clean: 'token_already_used' },
  { name: 'branch', role: 'deploy', claims: { build_branch: 'other' }, clean: 'trust_not_met' },
  {
    name: 'tenant',
    role: 'publish',
    claims: { organization_slug: 'evil' },
    clean: 'role_refused_or_unknown',
  },
  { name: 'off', role: 'publish', claims: { pipeline_slug: OFF }, clean: 'caller_switched_off' },
  { name: 'role', role: 'no-such-role', clean: 'role_refused_or_unknown' },
  {
    name: 'audience',
    role: 'publish',
    claims: { aud: 'https://other.example' },
    clean: 'token_audience_differs',
  },
  { name: 'forged', role: 'publish', forged: true, clean: 'token_signature_invalid' },
];

/** A question with a token of its own, minted at this time. */
export type Asking = { readonly question: Question; readonly token: string };

let minted = 0;

async function mint({ issuer }: TestBroker, { claims, forged }: Question, now: number): Promise<string> {
  const iat = Math.floor(now);
  const made = { jti: `token-${minted++}`, iat, nbf: iat, exp: iat + 300, ...claims };
  const [token, other] = [
    await issuer.sign(tokenClaims(made)),
    await issuer.sign(tokenClaims({ ...made, jti: 'another' })),
  ];
  return forged ? `${token.slice(0, token.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}` : token;
}

/** One of each question. `fresh` is a process where nothing is broken yet: it uses what is to be used. */
export async function askings(fresh: TestBroker, now: number): Promise<readonly Asking[]> {
  return Promise.all(
    QUESTIONS.map(async question => {
      const token = await mint(fresh, question, now);
      if (question.used) await fresh.ask({ subject_token: token, audience: question.role });
      return { question, token };
    }),
  );
}
