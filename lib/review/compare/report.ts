import type { Statement } from '../../policy/statement.ts';
import type { Witness } from '../space/witness.ts';
import type { Differences } from './change.ts';
import type { ShownRequest } from './difference.ts';
import type { ReportSection } from './sections.ts';

/** A witness as a person reads it, and can hand to `explain --claims`: its claims, and what else it took. */
export function formatWitness(witness: Witness, usual?: string): string {
  const { issuer, audience, claims, sourceAddress, now } = witness;
  const whole = { iss: issuer, ...(audience === usual ? {} : { aud: audience }), ...claims };
  const from = sourceAddress === undefined ? '' : ` from ${sourceAddress}`;
  return `${JSON.stringify(whole)}${from} at ${new Date(now * 1000).toISOString().replace(/\.\d+Z$/, 'Z')}`;
}

/** The request that shows it, or that none could be told. */
export function formatShown(shown: ShownRequest): string {
  return shown === 'undecided'
    ? 'undecided: it could not be told within bounds, so it counts as wider'
    : formatWitness(shown.witness);
}

/** For a terminal. */
export function formatDiffText(sections: readonly ReportSection[]): string {
  return sections
    .map(({ title, names, lines }) =>
      [
        title,
        ...(names.length > 1 ? [`  ${joinNames(names)}`] : []),
        ...lines.flatMap(({ says, telling, shown }) => [
          `  ${says}`,
          ...(telling ? [`    ${telling}`] : []),
          ...(shown ? [`    ${formatShown(shown)}`] : []),
        ]),
      ].join('\n'),
    )
    .join('\n\n');
}

const MOST_NAMES = 20;

function joinNames(names: readonly string[]): string {
  return names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
}

function quoteMarkdown(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

/**
 * Characters. GitHub takes 65,536 in a comment, and a report that is refused is read by nobody.
 * https://docs.github.com/en/rest/issues/comments
 */
const MOST_MARKDOWN = 58_000;

/**
 * For a comment on a pull request: every value of a policy stands in code, so that none can be a link or a mention.
 * Changes that widen come first; those that do not fit are counted and named.
 */
export function formatDiffMarkdown(sections: readonly ReportSection[], ends: string): string {
  const parts = ['### What this change of policy changes', ends];
  let left = MOST_MARKDOWN - parts.join('\n\n').length;
  const order = [...sections].sort((a, b) => Number(b.widens) - Number(a.widens));
  const fitting = order.filter(section => {
    const part = formatMarkdownSection(section);
    left -= part.length + 2;
    if (left >= 0) parts.push(part);
    return left >= 0;
  });
  const rest = order.slice(fitting.length);
  return [...parts, ...(rest.length > 0 ? [summarizeRest(rest)] : [])].join('\n\n');
}

function formatMarkdownSection(section: ReportSection): string {
  const { title, names, lines } = section;
  return [
    `#### ${quoteMarkdown(title)}`,
    ...(names.length > 1 ? [quoteMarkdown(joinNames(names))] : []),
    ...lines.map(({ says, telling, shown }) =>
      [
        `- ${quoteMarkdown(says)}`,
        ...(telling ? [`  **${quoteMarkdown(telling)}**`] : []),
        ...(shown ? [`  ${quoteMarkdown(formatShown(shown))}`] : []),
      ].join('\n'),
    ),
  ].join('\n');
}

function summarizeRest(rest: readonly ReportSection[]): string {
  const widening = rest.filter(each => each.widens).length;
  const names = rest.flatMap(section => section.names);
  return `#### And ${rest.length} more, ${widening} of them wider\n${quoteMarkdown(joinNames(names))}\nRun kite-sts diff for all of them.`;
}

/** For a program: a statement by its id, all else as it is. */
export function formatDiffJson(differences: Differences, verdict: string): string {
  return JSON.stringify(
    { verdict, ...differences },
    (name, value: unknown) => (name === 'statement' ? (value as Statement).id : value),
    2,
  );
}
