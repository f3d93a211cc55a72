import { describe, expect, test } from 'vitest';
import type { LintFinding } from '../../../lib/review/lint/rule.ts';
import { jobKindAdmitted } from '../../../lib/review/lint/rules/job-kind.ts';
import { IGNORE_COMMENT } from '../../../lib/review/lint/rules.ts';
import { lintFolder } from '../../harness/lint.ts';
import { folderOf } from '../../harness/local.ts';

const BROKER = 'url: https://sts.test.example\nissuers:\n  - preset: buildkite\n';
const REASON = 'only the public mirror';

const CLAIMS = 'organization_slug: acme, pipeline_slug: web, build_branch: main';
/** A statement that admits builds by hand, and one that does not, each on a line. */
const OPEN = `  - { iss: https://agent.buildkite.com, claims: { ${CLAIMS} } }`;
const SHUT = OPEN.replace('main }', 'main, build_tag: null, build_source: webhook }');

/** A role from the lines that stand at its end. */
function role(...end: string[]): string {
  return [
    'contact: "#us"',
    'jwt: { audience: https://api.test.example }',
    '',
    '',
    '',
    '',
    'trust:',
    ...end,
    '',
  ].join('\n');
}

function sifted(text: string) {
  const { findings, ignored } = lintFolder(folderOf({ 'broker.yml': BROKER, 'roles/a.yml': text }));
  const told = ({ rule, place }: LintFinding): string => `${rule} ${place.line}`;
  return {
    found: findings.filter(({ level }) => level === 'warning').map(told),
    ignored: ignored.map(({ finding, reason }) => `${told(finding)}: ${reason}`),
  };
}

describe('a comment with a reason hushes its rule', () => {
  test.each([
    ['beside the line', role(`${OPEN} # kite-sts-ignore job-kind-admitted: ${REASON}`), 8],
    ['above it', role(`      # kite-sts-ignore job-kind-admitted: ${REASON}`, OPEN), 9],
    [
      'above it, with other comments and empty lines between',
      role(`# kite-sts-ignore job-kind-admitted: ${REASON}`, '', '      # main', OPEN),
      11,
    ],
    ['with other spaces', role(`${OPEN} #kite-sts-ignore  job-kind-admitted :  ${REASON} `), 8],
    [
      'in a file whose lines end with CR LF',
      role(`${OPEN} # kite-sts-ignore job-kind-admitted: ${REASON}`).replaceAll('\n', '\r\n'),
      8,
    ],
  ])('%s', (_name, text, line) => {
    expect(sifted(text)).toEqual({ found: [], ignored: [`job-kind-admitted ${line}: ${REASON}`] });
  });
});

test('T-15: a comment speaks of its own file alone', () => {
  const hushed = role(`${OPEN} # kite-sts-ignore job-kind-admitted: ${REASON}`);
  const { findings, ignored } = lintFolder(
    folderOf({
      'broker.yml': BROKER,
      'roles/a.yml': hushed,
      'roles/b.yml': role(OPEN),
    }),
  );
  const found = findings.filter(({ rule }) => rule === jobKindAdmitted.rule);
  expect(found.map(({ place }) => place.file.endsWith('b.yml'))).toEqual([true]);
  expect(ignored).toHaveLength(1);
});

describe('a comment hushes nothing and is found itself', () => {
  const FOUND = [`${jobKindAdmitted.rule} 9`, `${IGNORE_COMMENT.rule} 8`];

  test.each([
    ['without a reason', '# kite-sts-ignore job-kind-admitted'],
    ['with an empty reason', '# kite-sts-ignore job-kind-admitted: '],
    ['with one that is too short to be any', '# kite-sts-ignore job-kind-admitted: ok'],
    ['with a reason that no colon sets apart', `# kite-sts-ignore job-kind-admitted ${REASON}`],
    ['of another rule', `# kite-sts-ignore session-long: ${REASON}`],
    ['of a rule that is not known', `# kite-sts-ignore job-kind-admited: ${REASON}`],
    ['of an error, which is not to be ignored', `# kite-sts-ignore claim-unknown: ${REASON}`],
    ['of an error of a rule', `# kite-sts-ignore value-impossible: ${REASON}`],
    ['of itself', `# kite-sts-ignore ignore-comment: ${REASON}`],
    ['of no rule', '# kite-sts-ignore'],
  ])('%s', (_name, comment) => {
    const { found, ignored } = sifted(role(comment, OPEN));
    expect([found.toSorted(), ignored]).toEqual([FOUND.toSorted(), []]);
  });

  test('a line too early', () => {
    const { found } = sifted(role('      # kite-sts-ignore job-kind-admitted: '.concat(REASON), SHUT, OPEN));
    expect(found).toEqual(['ignore-comment 8', 'job-kind-admitted 10']);
  });

  test('at the end of the file, with nothing below', () => {
    const { found } = sifted(role(SHUT, `# kite-sts-ignore job-kind-admitted: ${REASON}`));
    expect(found).toEqual(['ignore-comment 9']);
  });
});

test('text that only mentions the comment is left alone', () => {
  const text = role(
    '      build_tag: null',
    '      # see kite-sts-ignore',
    'description: no#kite-sts-ignore x',
  );
  expect(sifted(text)).toEqual({ found: [], ignored: [] });
});
