import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchGlob } from '../../../../lib/policy/glob.ts';
import { canBeText, readValueForm } from '../../../../lib/review/lint/values/form.ts';

const FORMS = ['a', 'a+', 'a*b', '[ab]{2}', '[ab]{1,3}', 'a{2,}b*', 'b[^b]a', 'a[ab]*b', '.{3}'];

/** Every text of a and b with at most five characters. */
const TEXTS = ['', 'a', 'b'].flatMap(one =>
  ['', 'a', 'b'].flatMap(two =>
    ['', 'a', 'b'].flatMap(three =>
      ['', 'a', 'b'].flatMap(four => ['', 'a', 'b'].map(five => one + two + three + four + five)),
    ),
  ),
);
const anyPattern = fc
  .array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 4 })
  .map(parts => parts.join(''));

test('a pattern meets a form exactly when a text of the form matches it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FORMS), anyPattern, (written, pattern) => {
      const form = readValueForm(written);
      const shown = TEXTS.some(text => canBeText(form, text, false) && matchGlob(pattern, text));
      // A pattern of four and a form of three or fewer have a text of at most five to show, of these letters or of none.
      expect(canBeText(form, pattern, true)).toBe(shown);
    }),
  );
});

test.each([
  ['[a-f\\d]{4}-x', 'a1b2-x', true],
  ['[a-f\\d]{4}-x', 'a1b-x', false],
  ['\\{a\\}', '{a}', true],
  ['refs/[^*]+', 'refs/heads/größe', true],
  ['refs/[^*]+', 'refs/', false],
])('%s and the text %s', (written, text, meets) => {
  expect(canBeText(readValueForm(written), text, false)).toBe(meets);
  expect(canBeText(readValueForm(written), text, true)).toBe(meets);
});

test('a long pattern on a long form is answered at once', () => {
  const form = readValueForm('[a-z\\d_.-]+/[a-z\\d_.-]{1,100}/[^@]+@[^ ]*');
  expect(canBeText(form, `${'?'.repeat(100)}*${'a'.repeat(100)}*/*@*`, true)).toBe(true);
});
