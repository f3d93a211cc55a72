import { expect, test } from 'vitest';
import { findBrokerUrl } from '../../infra/outputs.ts';

function out(OutputKey: string, OutputValue: string) {
  return { OutputKey, OutputValue };
}

test('I12: the address is that of the outputs of the stack', () => {
  const info = { gatheredData: { outputs: [out('Other', 'x'), out('Url', 'https://sts.acme.io')] } };
  expect(findBrokerUrl([{}, { gatheredData: {} }, info])).toBe('https://sts.acme.io');
  expect(findBrokerUrl([{}])).toBeUndefined();
});
