import { expect, test } from 'vitest';
import { measure } from './measure.ts';

const { doubledTypes } = measure(['lib', 'functions', 'infra']);

test('no type that is exported has the name of another', () => {
  expect(doubledTypes).toEqual([]);
});
