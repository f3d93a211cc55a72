import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RIVALS } from '../../lib/client/rivals.ts';
import { TEXTS } from '../../lib/client/texts.ts';
import { KINDS } from '../../lib/language/kinds.ts';
import { CREDENTIAL_VARIABLES } from '../../lib/protocols/variables.ts';
import { LISTS, writeLists } from '../../plugins/lists.ts';

function inBash(script: string): string {
  return execFileSync('bash', ['-c', `. "$0"; ${script}`, fileURLToPath(LISTS)], { encoding: 'utf8' });
}

test('the lists of the plugins are those of the command line: node plugins/lists.ts writes them', () => {
  expect(readFileSync(LISTS, 'utf8')).toBe(writeLists());
});

test.each(Object.entries(CREDENTIAL_VARIABLES))('bash knows the variables of %s', (kind, names) => {
  expect(inBash(`kite_names ${kind}`)).toBe(`${names.join(' ')}\n`);
});

test.each(Object.entries(RIVALS))('bash knows the rivals of %s', (kind, names) => {
  expect(inBash(`kite_list_rivals ${kind}`)).toBe(`${names.join(' ')}\n`);
});

test.each(Object.entries(TEXTS))('bash says %s as we do', (name, text) => {
  expect(inBash(`printf %s "$kite_text_${name}"`)).toBe(text);
});

test.each(['kite_names', 'kite_list_rivals'])('%s fails for a kind that is none', name => {
  expect(inBash(`${name} nothing || echo failed`)).toBe('failed\n');
});

describe('each kind of credential', () => {
  const kinds = Object.keys(KINDS).sort();

  test('has its variables and its rivals', () => {
    expect(Object.keys(CREDENTIAL_VARIABLES).sort()).toEqual(kinds);
    expect(Object.keys(RIVALS).sort()).toEqual(kinds);
  });

  test.each(Object.entries(CREDENTIAL_VARIABLES))(
    '%s: what we set never stays beside another',
    (kind, names) => {
      const [expiry, ...values] = names.toReversed();
      expect(expiry).toMatch(/^(AWS_CREDENTIAL_EXPIRATION|EXPIRES_AT)$/);
      for (const value of values) expect(RIVALS[kind as keyof typeof RIVALS]).toContain(value);
    },
  );
});
