import type { JWK } from 'jose';
import { PAUSE } from '../../lib/token/keys.ts';
import { testBroker } from '../harness/broker.ts';
import { clockFrom } from '../harness/clock.ts';
import { TRUST } from '../harness/grant.ts';
import { type TestIssuer, testIssuer, tokenClaims } from '../harness/issuer.ts';
import { keysAt } from '../harness/network.ts';
import { NOW, PROVIDER } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { type Measured, pace } from './turns.ts';

/** How much faster the clock of this load runs than ours. */
const SPEED = 10;
/** Seconds by that clock from one key to the next, and how many keys stand in the set at one time. */
const EVERY = 40;
const PUBLISHED = 2;
const KEYS = 10;
const A_SECOND = 60;
/** Seconds within which a new key is taken, and one that was withdrawn is not (D05): with what a fetch takes. */
const NOTICE = PAUSE + 2;

type Known = 'published' | 'withdrawn' | 'unpublished' | 'in between';

/** What is known of a key at a time, counted from the first one's publication. */
function knownOf(index: number, elapsed: number): Known {
  const [from, until] = [index * EVERY, (index + PUBLISHED) * EVERY];
  if (elapsed < from) return 'unpublished';
  if (elapsed < from + NOTICE) return 'in between';
  if (elapsed < until) return 'published';
  return elapsed < until + NOTICE ? 'in between' : 'withdrawn';
}

const ENDS: { readonly [known in Known]: readonly string[] } = {
  published: ['issued'],
  withdrawn: ['token_key_unknown'],
  unpublished: ['token_key_unknown'],
  'in between': ['issued', 'token_key_unknown'],
};
/** Of a token that another key signed in the name of this one. */
const FORGED = ['token_signature_invalid', 'token_key_unknown'];

function kidOf(index: number): string {
  return `key-${index}`;
}

async function deployed(keys: readonly TestIssuer[], now: () => number) {
  const headers = { 'content-type': 'application/json' };
  const published = (): JWK[] => {
    const newest = Math.floor((now() - NOW) / EVERY);
    return keys
      .map(({ jwk }, index) => ({ ...jwk, kid: kidOf(index) }))
      .filter((_, index) => index <= newest && index > newest - PUBLISHED);
  };
  const { url } = await testServer(() => ({ status: 200, headers, body: { keys: published() } }));
  const roles = { publish: `${TRUST}${PROVIDER}\n` };
  return testBroker({ roles, now, keysFor: keysAt(url), sink: () => undefined });
}

/** Every few seconds the issuer has another key, while tokens of old, new, coming and foreign ones are exchanged. */
export async function rotation(): Promise<Measured> {
  const keys = await Promise.all(Array.from({ length: KEYS }, testIssuer));
  const now = clockFrom(NOW, SPEED);
  const { ask } = await deployed(keys, now);
  const counts = new Map<string, number>();
  const wrong = new Set<string>();
  let turns = 0;
  const turn = async (): Promise<void> => {
    const newest = Math.floor((now() - NOW) / EVERY);
    const index = Math.max(0, Math.min(KEYS - 1, newest + 1 - (turns++ % 5)));
    const forged = turns % 7 === 0;
    const signs = keys[forged ? (index + 1) % KEYS : index];
    const iat = Math.floor(now());
    const claims = tokenClaims({ iat, nbf: iat, exp: iat + 300 });
    const subject_token = await signs?.sign(claims, { kid: kidOf(index) });
    const before = knownOf(index, now() - NOW);
    const { status, body } = await ask({ subject_token, audience: 'publish' });
    const after = knownOf(index, now() - NOW);
    const end = status === 200 ? 'issued' : (JSON.parse(body) as { code: string }).code;
    const of = forged ? 'forged' : before;
    counts.set(`${of} ${end}`, (counts.get(`${of} ${end}`) ?? 0) + 1);
    const right = forged ? FORGED : [...ENDS[before], ...ENDS[after]];
    if (!right.includes(end)) wrong.add(`a key that is ${of}: ${end}`);
  };
  await pace(A_SECOND, ((KEYS - 1) * EVERY) / SPEED, turn);
  const told = [...counts].sort().map(([end, count]) => `${end} ${count}`);
  return {
    name: `a new key every ${EVERY / SPEED} s under load`,
    found: [...told, ...wrong].join(', '),
    held:
      wrong.size === 0 && ['published issued', 'withdrawn token_key_unknown'].every(each => counts.has(each)),
  };
}
