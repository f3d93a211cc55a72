import { describe, expect, test } from 'vitest';
import { completeRole } from '../../../lib/review/console/complete.ts';
import { heldOf } from '../../harness/console.ts';

const held = heldOf();
const STATEMENT = 'trust:\n  - iss: https://agent.buildkite.com\n';

/** What is offered where the text has a bar: how much of it is replaced, and the words. */
function offered(text: string): { readonly replaced: string; readonly words: string[] } {
  const offset = text.indexOf('|');
  const { from, words } = completeRole(text.replace('|', ''), offset, held);
  return { replaced: text.slice(from, offset), words: words.map(({ word }) => word) };
}

describe('keys are offered', () => {
  test.each([
    ['of a role', 'de|', 'de', ['description', 'deny', 'trust', 'aws', 'jwt']],
    ['of a role, after other keys', `${STATEMENT}\nses|`, 'ses', ['session', 'audience']],
    ['of a statement', `${STATEMENT}    cl|`, 'cl', ['claims', 'request', 'until']],
    ['of a statement, at its dash', 'trust:\n  - i|', 'i', ['iss', 'claims']],
    ['of a statement in braces', 'trust:\n  - { iss: https://agent.buildkite.com, |', '', ['claims', 'id']],
    ['of a target', 'aws:\n  |', '', ['role_arn', 'policy', 'tags']],
    ['of a condition', `${STATEMENT}    claims:\n      build_branch:\n        m|`, 'm', ['matches', 'in']],
    [
      'of a condition in braces',
      `${STATEMENT}    claims:\n      build_branch: { |`,
      '',
      ['matches', 'not_in'],
    ],
  ])('%s', (_name, text, replaced, some) => {
    const found = offered(text);
    expect(found.replaced).toBe(replaced);
    expect(found.words).toEqual(expect.arrayContaining(some));
  });
});

describe('claims are those of the issuer of the statement', () => {
  test.each([
    ['in a block', `${STATEMENT}    claims:\n      org|`],
    ['below others', `${STATEMENT}    claims:\n      build_branch: main\n      |`],
    ['in braces', `${STATEMENT}    claims: { org|`],
    ['in braces, after others', `${STATEMENT}    claims: { build_branch: main, |`],
    [
      'where the dash stands below its key',
      'trust:\n- iss: https://agent.buildkite.com\n  claims:\n    org|',
    ],
  ])('%s', (_name, text) => {
    const { words } = offered(text);
    expect(words).toEqual(expect.arrayContaining(['organization_slug', 'pipeline_slug']));
    expect(words).not.toContain('repository_owner');
    expect(words).not.toContain('aud');
  });

  test('which is the last that is named above', () => {
    const { words } = offered(
      `${STATEMENT}    claims: { build_branch: main }\n  - iss: https://token.actions.githubusercontent.com\n    claims:\n      |`,
    );
    expect(words).toContain('repository_owner');
    expect(words).not.toContain('pipeline_slug');
  });
});

describe('values are offered where the list of them is closed', () => {
  test.each([
    ['issuers of broker.yml', 'trust:\n  - iss: |', 'https://agent.buildkite.com'],
    ['one of a list', 'aws:\n  via: |', 'web_identity'],
    ['true and false', 'single_use: |', 'true'],
    ['kinds of jobs', `${STATEMENT}    knowingly: { jobs: [|`, 'fork-pull-request'],
  ])('%s', (_name, text, word) => {
    expect(offered(text).words).toContain(word);
  });

  test('and none where any may stand', () => {
    expect(offered(`${STATEMENT}    claims:\n      build_branch: |`).words).toEqual([]);
  });
});

test('nothing in a text that is cut off anywhere makes it fail', () => {
  const text = `${STATEMENT}    claims: { build_branch: { in: [main, "re{l]ease"] } }\naws: { role_arn: x, tags: { a: b } }\n`;
  for (let offset = 0; offset <= text.length; offset++)
    expect(completeRole(text, offset, held).from).toBeLessThanOrEqual(offset);
});
