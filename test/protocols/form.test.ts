import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/errors.ts';
import { MAX_BODY, readForm } from '../../lib/protocols/form.ts';
import { httpRequest } from '../harness/broker.ts';
import { faultOf } from '../harness/code.ts';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
function form(body: string): object {
  return Object.fromEntries(readForm(httpRequest({ body: bytes(body) })));
}
function withType(type: string | undefined) {
  return httpRequest({ body: bytes('a=1'), headers: type === undefined ? {} : { 'content-type': type } });
}

describe('a form is read', () => {
  test.each([
    { name: 'pairs', body: 'a=1&b=2', read: { a: '1', b: '2' } },
    { name: 'a plus sign and a percent-encoded one', body: 'a=1+2%2B3', read: { a: '1 2+3' } },
    { name: 'UTF-8, plain and percent-encoded', body: 'a=ü%C3%BC', read: { a: 'üü' } },
    { name: 'an equals sign in a value', body: 'a=b=c', read: { a: 'b=c' } },
    { name: 'a percent-encoded name', body: '%61=1', read: { a: '1' } },
    { name: 'ampersands with nothing between', body: '&&a=1&', read: { a: '1' } },
    { name: 'nothing', body: '', read: {} },
    { name: 'no value, as if it were left out (RFC 6749 §3.2)', body: 'a=1&b=&c', read: { a: '1' } },
    {
      name: 'names of every object',
      body: '__proto__=1&constructor=2',
      read: Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    },
  ])('$name', ({ body, read }) => {
    expect(form(body)).toEqual(read);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    ' Application/X-WWW-Form-Urlencoded ',
  ])('with the content type %j', type => {
    expect(readForm(withType(type)).get('a')).toBe('1');
  });

  test('T58: as long as a body may be', () => {
    expect(form(`a=${'x'.repeat(MAX_BODY - 2)}`)).toEqual({ a: 'x'.repeat(MAX_BODY - 2) });
  });
});

describe('a form is refused', () => {
  test.each<[name: string, body: string | Uint8Array, fault: readonly [Code, string?]]>([
    ['T56: a parameter stands twice', 'a=1&a=1', ['parameter_repeated', 'a']],
    ['T56: a parameter stands twice, one encoded', 'a=1&%61=2', ['parameter_repeated', 'a']],
    ['T56: a parameter stands twice, one empty', 'a=1&a', ['parameter_repeated', 'a']],
    [
      'T59: a repeated name with a line feed is not said back',
      'a%0A=1&a%0A=1',
      ['parameter_repeated', 'body'],
    ],
    ['T56: a parameter stands twice without values', 'a&a=', ['parameter_repeated', 'a']],
    ['T56: two targets (RFC 8693 §2.1)', 'audience=a&audience=b', ['target_unsupported', 'audience']],
    ['T56: two resources, one empty', 'resource=a&resource=', ['target_unsupported', 'resource']],
    ['bad percent-encoding in a value', 'a=%', ['parameter_invalid', 'body']],
    ['bad percent-encoding in a name', '%zz=1', ['parameter_invalid', 'body']],
    ['percent-encoding that is not UTF-8', 'a=%ff', ['parameter_invalid', 'body']],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0x3d, 0xff), ['parameter_invalid', 'body']],
    ['T58: one byte too long', `a=${'x'.repeat(MAX_BODY - 1)}`, ['body_too_large']],
  ])('%s', (_name, body, [code, at]) => {
    const given = typeof body === 'string' ? bytes(body) : body;
    expect(faultOf(() => readForm(httpRequest({ body: given })))).toEqual([code, at]);
  });

  test.each([
    undefined,
    '',
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded2',
  ])('T58: with the content type %j', type => {
    expect(faultOf(() => readForm(withType(type)))).toEqual(['content_type_unsupported', undefined]);
  });

  test.each(['subject_token=x', 'a', '?'])('T57: with the query %j', query => {
    expect(faultOf(() => readForm(httpRequest({ query, body: bytes('a=1') })))).toEqual([
      'parameter_unsupported',
      'query',
    ]);
  });

  test('a byte order mark does not vanish from the first name', () => {
    expect(form('\ufeffa=1')).toEqual({ '\ufeffa': '1' });
  });
});
