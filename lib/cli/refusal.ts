import type { ExchangeResult, RefusedExchange } from '../client/client.ts';
import { makePrintable } from '../client/printable.ts';
import { TEXTS } from '../client/texts.ts';
import type { ClaimHint } from '../errors.ts';
import type { RoleExchange } from './asking.ts';
import { EXIT, type Flags, type Terminal } from './verb.ts';

type NotIssued = Exclude<ExchangeResult, { outcome: 'issued' }>;

/** What is wrong with a claim; without a value, nothing is said of one. */
function writeWhy({ why, value }: ClaimHint): string {
  const text = TEXTS[`claim_${why}`];
  return value === undefined ? text.replace(/;.*/, '') : `${text} ${value}`;
}

function listClaimLines({ claims }: RefusedExchange): string[] {
  return claims.map(hint => {
    const { claim, add, place, character, position } = hint;
    return [
      `claim    ${claim} ${writeWhy(hint)}`,
      place && `. It cannot stand in ${place}`,
      character && `: ${character} at position ${position}`,
      add && `. Add ${add}`,
    ]
      .filter(Boolean)
      .join('');
  });
}

function listRefusalLines(refused: RefusedExchange): string[] {
  return [
    `${refused.code}: ${refused.description}`,
    `decision ${refused.decisionId}`,
    ...(refused.contact === undefined ? [] : [`contact  ${refused.contact}`]),
    ...listClaimLines(refused),
    `page     ${refused.errorUri}`,
  ];
}

/** Why nothing was issued, a line for each thing to know. Whatever came from elsewhere is printable. */
export function listReasonLines(exchanged: NotIssued): string[] {
  return (
    exchanged.outcome === 'refused'
      ? listRefusalLines(exchanged)
      : [`${exchanged.why}: ${TEXTS[exchanged.why]} (${exchanged.detail})`]
  ).map(makePrintable);
}

/**
 * Tells on standard error why nothing was issued, as JSON when that was asked for, and gives the exit code:
 * denied for the broker's no, failed when it is down or was not reached.
 */
export function tellReason(
  exchanged: NotIssued,
  { role, broker }: RoleExchange,
  flags: Flags,
  { environment, error }: Terminal,
): number {
  const head = `No credential for the role ${makePrintable(role)} from ${makePrintable(broker)}`;
  // Buildkite opens the group of lines that this stands in.
  const open = environment['BUILDKITE'] === 'true' ? '^^^ +++\n' : '';
  const lines = listReasonLines(exchanged).map(line => `  ${line}\n`);
  error(flags['json'] ? `${JSON.stringify(exchanged)}\n` : `${open}${head}\n${lines.join('')}`);
  return exchanged.outcome === 'refused' && exchanged.status < 500 ? EXIT.denied : EXIT.failed;
}
