import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measure } from './measure.ts';

const ROOMS = ['lib', 'functions', 'infra'];
const { doubledTypes, doubledFunctions } = measure(ROOMS);

test('no type that is exported has the name of another', () => {
  expect(doubledTypes).toEqual([]);
});

// Lambda wants the name of its entry.
test('no function at top level has the name of another, but for the entries', () => {
  expect(doubledFunctions).toEqual(['handler']);
});

test('a docstring says first what it is about', () => {
  const vague = globSync(ROOMS.map(room => `${room}/**/*.ts`)).filter(file =>
    /\/\*\*\s+(?:\* )?(?:What|The same)\b/.test(readFileSync(file, 'utf8')),
  );
  expect(vague).toEqual([]);
});
