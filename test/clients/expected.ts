import { ASKS } from './rows.ts';
import type { Tool } from './tools.ts';
import type { Way } from './ways.ts';
import type { Situation } from './world.ts';

/** What a cell of the matrix must show. */
export type Expected = {
  readonly exits: number;
  /** How each request at the broker's doors ended, in order. */
  readonly codes: readonly string[];
  /** Whether the client is started at all. */
  readonly starts: boolean;
  /** What is printed, with every run of white space as one space. */
  readonly says: RegExp;
};
type Refused = Exclude<Situation, 'allowed'>;
type Words = { readonly [situation in Refused]: RegExp };

const CODES = {
  denied: 'trust_not_met',
  expired: 'token_expired',
  forged: 'token_signature_invalid',
} as const;
const BY_FILE = ['google-auth-library', '@google-cloud/storage'];
const JAVASCRIPT = 'JavaScript SDK';

/** How a client ends that was refused. */
const EXITS: { readonly [tool: string]: number } = { 'AWS CLI': 255, git: 128 };

/** Our own command line and our bash say the same to whoever reads the log. */
const OURS: Words = {
  denied:
    /trust_not_met.*do not meet the trust policy\. decision .*contact #team-web claim (build_branch|ref) differs/,
  expired: /token_expired.*has expired\. Mint a new one/,
  forged: /token_signature_invalid/,
  away: /No broker answered\. Check the URL, the network and the proxy\./,
};
const NOBODY = /connect ECONNREFUSED|Could not connect to the endpoint URL|connection refused/;
const HIDDEN = /^CredentialsProviderError: Could not load credentials from any providers$/;
/** Nor does Terraform show what a process says: 2 is a refusal, 1 any other failure. */
const STATUS = /process provider error: error in credential_process: exit status [12]\b/;
const WORDS: { readonly [sort in Way['sort']]: Words } = {
  sts: {
    denied:
      /AccessDenied\b.*do not meet the trust policy\. Claims in the way: build_branch differs topic\. Contact: #team-web\./,
    expired: /ExpiredTokenException\b.*The subject token has expired/,
    forged: /InvalidIdentityToken(Exception)?\b/,
    away: NOBODY,
  },
  container: {
    denied: /trust_not_met\b.*do not meet the trust policy\. Claims in the way: build_branch differs topic/,
    expired: /token_expired\b.*The subject token has expired/,
    forged: /token_signature_invalid/,
    away: NOBODY,
  },
  process: OURS,
  exec: OURS,
  hook: OURS,
  action: OURS,
  exchange: OURS,
  oauth: {
    denied: /invalid_target: .*trust policy\. - \S+\/errors\/trust_not_met$/,
    expired: /invalid_request: .*expired.* - \S+\/errors\/token_expired$/,
    forged: /token_signature_invalid/,
    away: NOBODY,
  },
  git: {
    denied: /"code":"trust_not_met".*Contact: #team-web/,
    expired: /"code":"token_expired"/,
    forged: /token_signature_invalid/,
    away: /curl: \(7\) Failed to connect/,
  },
};

/** At the container door the JavaScript SDK drops what it was told, and its chain drops the words of a process. */
function findWords(tool: Tool, { sort }: Way, situation: Refused): RegExp {
  if (tool.name === JAVASCRIPT && (sort === 'container' || sort === 'process')) return HIDDEN;
  if (tool.name === 'Terraform' && sort === 'process') return STATUS;
  if (tool.name !== 'JavaScript fromHttp' || sort !== 'container') return WORDS[sort][situation];
  return situation === 'away' ? NOBODY : /^CredentialsProviderError: Server responded with status: 40[13]$/;
}

/** How often the broker is asked by who is refused. */
function countAsks({ name }: Tool, { sort }: Way, situation: Refused): number {
  if (sort === 'container') return ASKS[name]?.container ?? 1;
  // Go's SDK takes a broken signature for something that passes.
  if (sort === 'sts' && name === 'Terraform' && situation === 'forged') return 3;
  // The chain tries a profile's process by two of its providers.
  return sort === 'process' && name === JAVASCRIPT ? 2 : 1;
}

/** Whether the hook, or what stands before the client, ends the step of who is refused. */
function endsStep({ sort }: Way): boolean {
  return ['hook', 'action', 'exchange'].includes(sort);
}

/** The plugin asks before the client does, so that a refusal is told by the hook. */
function isLater({ name }: Way): boolean {
  return name === 'the same, an hour later';
}

function expectService(tool: Tool, way: Way): Expected {
  const twice =
    isLater(way) ||
    way.name === 'plugin, container-credentials' ||
    (BY_FILE.includes(tool.name) && way.name !== 'token door');
  const says = way.sort === 'sts' ? /:assumed-role\/deploy\/web\.1\./ : tool.served;
  return { exits: 0, codes: twice ? ['issued', 'issued'] : ['issued'], starts: true, says };
}

function expectCodes(tool: Tool, way: Way, situation: Refused): string[] {
  const asked =
    situation === 'away' ? [] : Array<string>(countAsks(tool, way, situation)).fill(CODES[situation]);
  if (!isLater(way)) return asked;
  // The last provider of JavaScript's chain knows no file of a token, and asks without one.
  if (tool.name === JAVASCRIPT && situation !== 'away') asked.splice(-1, 1, 'parameter_missing');
  return ['issued', ...asked];
}

function expectExit(tool: Tool, way: Way, situation: Refused): number {
  if (way.sort === 'exec') return 125;
  if (endsStep(way)) return situation === 'away' ? 1 : 2;
  return EXITS[tool.name] ?? 1;
}

export function expectOutcome(tool: Tool, way: Way, situation: Situation): Expected {
  if (situation === 'allowed') return expectService(tool, way);
  return {
    exits: expectExit(tool, way, situation),
    codes: expectCodes(tool, way, situation),
    starts: !endsStep(way),
    says: findWords(tool, way, situation),
  };
}

/** A broken signature is refused alike by every way: it is tried at the two doors of AWS. */
export function isTried({ name }: Way, situation: Situation): boolean {
  return situation !== 'forged' || name === 'STS door' || name === 'container door';
}
