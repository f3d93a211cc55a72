import { FOR_CONTACT } from '../../lib/answer.ts';
import { TROUBLES, type Trouble } from '../../lib/aws/trouble.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { findBearerStatus } from '../../lib/protocols/bearer.ts';
import { findWireError } from '../../lib/protocols/oauth-answer.ts';
import { findStsError } from '../../lib/protocols/sts/errors.ts';
import { writeHeaders } from '../../lib/protocols/words.ts';
import { STS_MEANINGS } from '../../lib/providers/aws/meanings.ts';
import { ENTRA_MEANINGS } from '../../lib/providers/azure.ts';
import { BUILDKITE_MEANINGS } from '../../lib/providers/buildkite/meanings.ts';
import { GOOGLE_IAM_MEANINGS, GOOGLE_STS_MEANINGS } from '../../lib/providers/gcp/meanings.ts';
import { GITHUB_MEANINGS } from '../../lib/providers/github/meanings.ts';
import { OAUTH_MEANINGS } from '../../lib/providers/oauth/meanings.ts';
import { TROUBLE_CODES } from '../../lib/providers/trouble.ts';
import { refusal } from './answer.ts';

type Row = readonly string[];

/** What was said, the code of ours for it (or one of several), and who must mend what. */
type Said = {
  readonly said: string;
  readonly code: Code;
  readonly also?: readonly Code[];
  readonly mend: string;
};

/** Who sends an exchange again after this answer of the STS door: SDKs choose by the code, and by 5xx. */
function whoAsksAgain([status, error]: readonly [number, string]): string {
  if (status >= 500 || error === 'Throttling') return 'every SDK';
  return error === 'InvalidIdentityToken' ? 'Go' : 'nobody';
}

function wire([status, error]: readonly [number, string]): string {
  return `${status} \`${error}\``;
}

function retryAfter(code: Code): string {
  const [status] = findWireError(code);
  return writeHeaders(refusal(code), status, 'application/json')['retry-after'] ?? '';
}

/** Whom an answer names where the role knows its caller. */
function contactOf(code: Code): string {
  const { fault } = CODES[code];
  return fault === 'denied' || FOR_CONTACT.includes(code) ? 'yes' : '';
}

function doorsOf(code: Code): Row {
  const atSts = findStsError(code);
  return [wire(findWireError(code)), wire(atSts), whoAsksAgain(atSts), String(findBearerStatus(code))];
}

function table(header: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const DOORS = ['`POST /token`', 'STS door', 'asks STS again', 'container door'];

/** Codes that are answered alike everywhere share a row. */
function codeTable(): string {
  const alike = new Map<string, string[]>();
  for (const code of Object.keys(CODES) as Code[]) {
    const answers = JSON.stringify([...doorsOf(code), retryAfter(code), contactOf(code)]);
    alike.set(answers, [...(alike.get(answers) ?? []), `\`${code}\``]);
  }
  const rows = [...alike].map(([answers, codes]) => [codes.join(' '), ...(JSON.parse(answers) as string[])]);
  return table(['codes', ...DOORS, '`Retry-After`', 'contact'], rows);
}

/** Where the heading says whose turn it is. */
const SAID_ABOVE = /^in (Google Cloud|Entra|GitHub|Buildkite): /;

function saidTable(said: readonly Said[]): string {
  const rows = said.map(({ said: words, code, also = [], mend }) => [
    words,
    [code, ...also].map(each => `\`${each}\``).join(' '),
    mend.replace(SAID_ABOVE, ''),
  ]);
  return table(['it says', 'code', 'who must mend what'], rows);
}

const ANYWHERE: readonly Said[] = [
  {
    said: 'nothing: no connection, no answer in time, one that breaks off',
    code: 'provider_unavailable',
    mend: 'nobody; it was asked three times',
  },
  { said: '408, 429, 5xx', code: 'provider_unavailable', mend: 'nobody; it was asked three times' },
  {
    said: 'a redirect',
    code: 'provider_refused',
    mend: 'who set up the target; asked once, and what we present is sent nowhere else',
  },
  {
    said: 'a page, whatever it did not write itself',
    code: 'provider_unavailable',
    mend: 'who runs the broker, where it stays: what stands between',
  },
  {
    said: '403 or 429 as a rate limit (GitHub and others)',
    code: 'provider_unavailable',
    mend: 'nobody; asked once, and `Retry-After` is what it says',
  },
  { said: 'a success that cannot be read', code: 'provider_unavailable', mend: 'nobody; asked once' },
  {
    said: 'a success with more, longer or for another than was granted',
    code: 'provider_refused',
    mend: 'who set up the target; the credential does not leave the broker',
  },
];

const OF_CALLER: readonly Said[] = STS_MEANINGS.flatMap(({ said, ofCaller, mend }) =>
  ofCaller ? [{ said: `${said}, of the caller's own policy`, code: ofCaller, mend }] : [],
);

function named(trouble: Trouble): boolean {
  return trouble !== 'theirs';
}

const OWN: readonly Said[] = [
  ...TROUBLES.filter(([, , trouble]) => named(trouble)).map(([said, , trouble, mend]) => ({
    said,
    code: TROUBLE_CODES[trouble],
    mend,
  })),
  {
    said: 'no keys to sign with',
    code: TROUBLE_CODES.ours_for_now,
    mend: 'the broker has no keys of its own',
  },
];

const STORES: readonly Said[] = [
  {
    said: 'DynamoDB: throttling, 5xx, no answer, keys that expired, a wrong clock',
    code: 'store_unavailable',
    also: ['switches_unavailable', 'identities_unavailable', 'jobs_unavailable'],
    mend: 'nobody, where it passes',
  },
  {
    said: 'DynamoDB: AccessDeniedException, ResourceNotFoundException, ValidationException and the like',
    code: 'broker_misconfigured',
    mend: 'the table, or the right to it',
  },
  {
    said: 'KMS, Secrets Manager: throttling, 5xx, no answer',
    code: TROUBLE_CODES.passes,
    mend: 'nobody, where it passes',
  },
  {
    said: 'KMS, Secrets Manager: AccessDeniedException, NotFoundException, DisabledException, KMSInvalidStateException and the like',
    code: TROUBLE_CODES.theirs,
    mend: 'the signing key of the broker or of the app, or the right to it',
  },
];

const SIDES: readonly (readonly [heading: string, said: readonly Said[]])[] = [
  ['Any of them', ANYWHERE],
  ['AWS, of our own keys and clock', OWN],
  ['AWS STS, of a role', [...STS_MEANINGS, ...OF_CALLER]],
  ['DynamoDB and KMS', STORES],
  ['Google STS', GOOGLE_STS_MEANINGS],
  ['Google, of a service account', GOOGLE_IAM_MEANINGS],
  ['Microsoft Entra', ENTRA_MEANINGS],
  ['GitHub', GITHUB_MEANINGS],
  ['Buildkite', BUILDKITE_MEANINGS],
  ['An endpoint of broker.yml, or a workload identity of Buildkite', OAUTH_MEANINGS],
];

/** The page that shows every table side by side, drawn from the tables themselves. */
export function drawDoorsPage(): string {
  return `# Codes, doors and the other side

What each code is answered with, and what AWS and others must say for it. [Errors](errors.md) has what a code means.

## Each code at each door

\`contact\`: the answer names the role's \`contact\`, where there is one and the role knows its caller. The git door has the
status of the container door. There SDKs repeat whatever is not 200: boto3 and the AWS CLI make 3 requests in all, the SDK for
JavaScript 4 and one more without the token.

${codeTable()}

## What the other side says

${SIDES.map(([heading, said]) => `### ${heading}\n\n${saidTable(said)}`).join('\n\n')}
`;
}
