import type { Statement } from '../policy/statement.ts';
import type { Differences, MemberChange, RoleChange } from './change.ts';
import type { Shown } from './difference.ts';
import type { Witness } from './witness.ts';

/** One thing that is otherwise, in words, with the request that shows it. */
type Line = { readonly says: string; readonly shown?: Shown };
type Section = { readonly title: string; readonly lines: readonly Line[] };

/** A witness as a person reads it, and can hand to `explain --claims`: its claims, and what else it took. */
export const witnessText = (
  { issuer, audience, claims, sourceAddress, now }: Witness,
  usual?: string,
): string => {
  const whole = { iss: issuer, ...(audience === usual ? {} : { aud: audience }), ...claims };
  const from = sourceAddress === undefined ? '' : ` from ${sourceAddress}`;
  return `${JSON.stringify(whole)}${from} at ${new Date(now * 1000).toISOString().replace(/\.\d+Z$/, 'Z')}`;
};

const MEANS: { readonly [is in RoleChange['is']]: string } = {
  added: 'new',
  removed: 'gone',
  changed: 'changed',
};

const member = ({ member: name, before, after, narrower }: MemberChange): Line => ({
  says: `${name} was ${JSON.stringify(before) ?? 'not there'} and is ${JSON.stringify(after) ?? 'not there'}${narrower ? ' (narrower)' : ''}`,
});

const linesOf = (change: RoleChange): Line[] => [
  ...change.gained.map(({ statement, shown }) => ({ says: `newly allowed by "${statement.id}"`, shown })),
  ...change.scopesGained.map(({ statement, scopes, shown }) => ({
    says: `newly given ${scopes.join(' ')} by "${statement.id}"`,
    shown,
  })),
  ...change.lost.map(({ statement, shown }) => ({ says: `no longer allowed by "${statement.id}"`, shown })),
  ...change.scopesLost.map(({ statement, scopes, shown }) => ({
    says: `no longer given ${scopes.join(' ')} by "${statement.id}"`,
    shown,
  })),
  ...change.members.map(member),
];

/** What is otherwise, part by part, in words. */
export const sectionsOf = ({ roles, issuers }: Differences): Section[] => [
  ...issuers.map(({ issuer, members }) => ({ title: `issuer ${issuer}`, lines: members.map(member) })),
  ...roles.map(change => ({
    title: `${change.of} ${change.role}: ${MEANS[change.is]}`,
    lines: linesOf(change),
  })),
];

/** The request that shows it, or that none could be told. */
export const shownText = (shown: Shown): string =>
  shown === 'undecided'
    ? 'undecided: it could not be told within bounds, so it counts as wider'
    : witnessText(shown.witness);

/** For a terminal. */
export const asText = (sections: readonly Section[]): string =>
  sections
    .map(({ title, lines }) =>
      [
        title,
        ...lines.flatMap(({ says, shown }) => [`  ${says}`, ...(shown ? [`    ${shownText(shown)}`] : [])]),
      ].join('\n'),
    )
    .join('\n\n');

const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;

/** For a comment on a pull request: every value of a policy stands in code, so that none can be a link or a mention. */
export const asMarkdown = (sections: readonly Section[], ends: string): string =>
  [
    '### What this change of policy changes',
    ends,
    ...sections.map(({ title, lines }) =>
      [
        `#### ${code(title)}`,
        ...lines.map(({ says, shown }) => `- ${code(says)}${shown ? `\n  ${code(shownText(shown))}` : ''}`),
      ].join('\n'),
    ),
  ].join('\n\n');

/** For a program: a statement by its id, all else as it is. */
export const asJson = (differences: Differences, verdict: string): string =>
  JSON.stringify(
    { verdict, ...differences },
    (name, value: unknown) => (name === 'statement' ? (value as Statement).id : value),
    2,
  );
