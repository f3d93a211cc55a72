import { expect, test } from 'vitest';
import { AUDIT, compileAudit } from '../../lib/config/audit.ts';
import { readWith } from '../harness/policy.ts';

function read(yaml: string) {
  return readWith(yaml, (tree, complaints) => compileAudit(AUDIT.read(tree, complaints), tree, complaints));
}

test.each([
  ['sink: stdout', undefined],
  ['sink: stdout\nrequired: true', undefined],
  ['sink: firehose\nto: kite-sts-audit', { sink: 'firehose', to: 'kite-sts-audit', required: true }],
  [
    'sink: eventbridge\nto: default\nrequired: false',
    { sink: 'eventbridge', to: 'default', required: false },
  ],
])('T84: %s', (yaml, is) => {
  expect(read(yaml)).toEqual({ value: is, refusals: [] });
});

test.each([
  ['a stream without a name', 'sink: firehose', 'missing-key 1:1'],
  ['a name of standard output', 'sink: stdout\nto: x', 'wrong-value 1:1'],
  ['standard output that need not be', 'sink: stdout\nrequired: false', 'wrong-value 1:1'],
  ['a sink that is none', 'sink: syslog', 'wrong-value 1:7'],
  ['a name with a wildcard, which would be a wider right', 'sink: firehose\nto: "*"', 'wrong-value 2:5'],
])('%s is refused', (_name, yaml, refused) => {
  expect(read(yaml).refusals).toEqual([refused]);
});
