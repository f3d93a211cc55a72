import type { ExchangeResult, RefusedExchange } from '../client/client.ts';
import { makePrintable } from '../client/printable.ts';
import { TEXTS } from '../client/texts.ts';
import type { ClaimHint } from '../errors.ts';
import type { RoleExchange } from './asking.ts';
import { EXIT, type Flags, type Terminal } from './verb.ts';

type NotIssued = Exclude<ExchangeResult, { outcome: 'issued' }>;

/** Says what is wrong with a claim; without a value, nothing is said of one. */
function writeWhy(hint: ClaimHint): string {
  const text = TEXTS[`claim_${hint.why}`];
  return hint.value === undefined ? text.replace(/;.*/, '') : `${text} ${hint.value}`;
}

function writeHint(hint: ClaimHint): string {
  const { claim, add, place, character, position } = hint;
  const parts = [
    `claim    ${claim} ${writeWhy(hint)}`,
    place && `. It cannot stand in ${place}`,
    character && `: ${character} at position ${position}`,
    add && `. Add ${add}`,
  ];
  return parts.filter(Boolean).join('');
}

function listRefusalLines(refused: RefusedExchange): string[] {
  return [
    `${refused.code}: ${refused.description}`,
    `decision ${refused.decisionId}`,
    ...(refused.contact === undefined ? [] : [`contact  ${refused.contact}`]),
    ...refused.claims.map(writeHint),
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
  asking: RoleExchange,
  flags: Flags,
  terminal: Terminal,
): number {
  const [role, broker] = [asking.role, asking.broker].map(makePrintable);
  // Buildkite opens the group of lines that this stands in.
  const open = terminal.environment['BUILDKITE'] === 'true' ? '^^^ +++\n' : '';
  const lines = listReasonLines(exchanged)
    .map(line => `  ${line}\n`)
    .join('');
  const text = `${open}No credential for the role ${role} from ${broker}\n${lines}`;
  terminal.error(flags['json'] ? `${JSON.stringify(exchanged)}\n` : text);
  return exchanged.outcome === 'refused' && exchanged.status < 500 ? EXIT.denied : EXIT.failed;
}
