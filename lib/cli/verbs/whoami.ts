import { makePrintable } from '../../client/printable.ts';
import { createFetch, type Fetch } from '../../client/proxy.ts';
import { BrokerError } from '../../errors.ts';
import type { Claims } from '../../policy/claims.ts';
import { readTokenClaims, splitToken } from '../../token/jws.ts';
import { findSubject, TOKEN_ABOUT, TOKEN_OPTIONS } from '../asking.ts';
import { EXIT, Failure, printResult, type Verb } from '../verb.ts';

/** Milliseconds for the broker's metadata. */
const TIMEOUT = 5000;

/** Obstacles to an exchange, as far as they can be told from here. */
const FINDINGS = {
  token_expired: 'The token has expired. Mint a new one right before the exchange.',
  audience_several:
    'The token names several audiences, and no broker takes such a token. Mint it with one --audience.',
  audience_differs:
    'The broker wants another audience, unless the role says otherwise. Mint with --audience.',
  broker_unreachable: 'The broker does not give its metadata. Check the URL and the network.',
} as const;
type Finding = keyof typeof FINDINGS;

function readOwnClaims(token: string): Claims {
  try {
    return readTokenClaims(splitToken(token));
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    throw new Failure(`${error.code}: ${error.message} ${error.detail ?? ''}\n`);
  }
}

/** Asks a broker which audience tokens are minted for; undefined where it does not say. */
async function fetchAudience(broker: string, fetch: Fetch): Promise<string | undefined> {
  try {
    const init = { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) } as const;
    const response = await fetch(`${broker}/.well-known/openid-configuration`, init);
    const { subject_token_audience: audience } = (await response.json()) as {
      readonly subject_token_audience?: unknown;
    };
    return typeof audience === 'string' ? audience : undefined;
  } catch {
    return undefined;
  }
}

function findTokenFindings(claims: Claims, left: number, wanted: string | undefined): Finding[] {
  const audiences = [claims['aud']].flat();
  const differs = wanted !== undefined && !audiences.includes(wanted);
  return [
    ...(left > 0 ? [] : (['token_expired'] as const)),
    ...(audiences.length > 1 ? (['audience_several'] as const) : []),
    ...(differs ? (['audience_differs'] as const) : []),
    ...(wanted === undefined ? (['broker_unreachable'] as const) : []),
  ];
}

type TokenReport = {
  readonly claims: Claims;
  readonly seconds_left: number;
  readonly broker: { readonly url: string; readonly audience: string | undefined };
  readonly findings: readonly Finding[];
};

/** A name begins a line, and a CI may take a line that begins with another character for its own. */
function writeName(name: string): string {
  return /^\w/.test(name) ? name : JSON.stringify(name);
}

function writeTokenReport(report: TokenReport): string {
  const { claims, seconds_left, broker, findings } = report;
  return [
    ...Object.entries(claims).map(
      ([name, value]) => `${writeName(name).padEnd(20)} ${JSON.stringify(value)}`,
    ),
    '',
    seconds_left > 0 ? `The token lives for ${seconds_left} seconds more.` : 'The token has expired.',
    `${broker.url} ${broker.audience === undefined ? 'gives no metadata' : `wants the audience ${broker.audience}`}.`,
    ...findings.map(each => `${each}: ${FINDINGS[each]}`),
  ]
    .map(line => `${makePrintable(line)}\n`)
    .join('');
}

export const whoami: Verb = {
  options: {
    ...TOKEN_OPTIONS,
    json: { type: 'boolean', help: 'The claims, the broker and the findings as JSON.' },
  },
  about: `${TOKEN_ABOUT}

The token itself is never printed, nor is its signature checked. Exit code 2 when something would stand in
the way: the token has expired, is for another audience or for several, or the broker cannot be reached.`,
  examples: [
    'kite-sts whoami --broker https://sts.acme.example',
    'kite-sts whoami --broker https://sts.acme.example --token-file subject-token --json',
  ],
  async run(flags, terminal) {
    const { broker, mint } = findSubject(flags, terminal);
    const claims = readOwnClaims(await mint());
    const audience = await fetchAudience(broker, createFetch(terminal.environment));
    const left = Math.floor(Number(claims['exp'] ?? 0) - Date.now() / 1000);
    const findings = findTokenFindings(claims, left, audience);
    const report = { claims, seconds_left: left, broker: { url: broker, audience }, findings };
    printResult(report, () => writeTokenReport(report), flags, terminal);
    return findings.length === 0 ? EXIT.done : EXIT.denied;
  },
};
