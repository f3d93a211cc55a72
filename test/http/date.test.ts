import { expect, test } from 'vitest';
import { readDate } from '../../lib/http/date.ts';

const DATE = 'Fri, 15 Jan 2027 08:00:00 GMT';
const AT = Date.parse(DATE) / 1000;

test.each([
  { name: 'a date', headers: { date: DATE }, theirs: AT },
  { name: 'a date that a cache kept for a minute', headers: { date: DATE, age: '60' }, theirs: AT + 60 },
])('of $name the time is told', ({ headers, theirs }) => {
  expect(readDate(headers, 1, 2)).toEqual({ theirs, sent: 1, received: 2 });
});

test.each([
  { name: 'no date', headers: {} },
  { name: 'what is no date', headers: { date: 'yesterday' } },
  { name: 'an age that is none', headers: { date: DATE, age: 'old' } },
  { name: 'an age below zero', headers: { date: DATE, age: '-5' } },
])('of $name it is not', ({ headers }) => {
  expect(readDate(headers, 1, 2)).toBeUndefined();
});
