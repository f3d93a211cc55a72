import { expect, test } from 'vitest';
import { AUDIT, compileAudit } from '../../lib/config/audit.ts';
import { readWith } from '../harness/policy.ts';

function read(yaml: string) {
  return readWith(yaml, (tree, complaints) => compileAudit(AUDIT.read(tree, complaints), tree, complaints));
}

test.each([
  { yaml: 'sink: stdout', is: undefined },
  { yaml: 'sink: stdout\nrequired: true', is: undefined },
  {
    yaml: 'sink: firehose\nto: kite-sts-audit',
    is: { sink: 'firehose', to: 'kite-sts-audit', required: true },
  },
  {
    yaml: 'sink: eventbridge\nto: default\nrequired: false',
    is: { sink: 'eventbridge', to: 'default', required: false },
  },
])('T84: $yaml', ({ yaml, is }) => {
  expect(read(yaml)).toEqual({ value: is, refusals: [] });
});

test.each([
  { name: 'a stream without a name', yaml: 'sink: firehose', refused: 'missing-key 1:1' },
  { name: 'a name of standard output', yaml: 'sink: stdout\nto: x', refused: 'wrong-value 1:1' },
  {
    name: 'standard output that need not be',
    yaml: 'sink: stdout\nrequired: false',
    refused: 'wrong-value 1:1',
  },
  { name: 'a sink that is none', yaml: 'sink: syslog', refused: 'wrong-value 1:7' },
  {
    name: 'a name with a wildcard, which would be a wider right',
    yaml: 'sink: firehose\nto: "*"',
    refused: 'wrong-value 2:5',
  },
])('$name is refused', ({ yaml, refused }) => {
  expect(read(yaml).refusals).toEqual([refused]);
});
