import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readXml } from '../../lib/aws/xml.ts';
import { writeStsXml } from '../../lib/protocols/sts/xml.ts';
import { serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { stsForm } from '../harness/door.ts';

const { broker, audit } = await testBroker({ roles: {} });

const text = fc.string({ unit: 'binary', maxLength: 40 });
const name = fc.oneof(
  fc.constantFrom(...stsForm().map(([each]) => each), 'Policy', 'PolicyArns.member.1.arn'),
  text,
);
const form = fc
  .array(fc.tuple(name, text), { maxLength: 6 })
  .map(pairs => `${new URLSearchParams(stsForm())}&${new URLSearchParams(pairs)}`);
const body = fc.oneof(
  form.map(each => Buffer.from(each)),
  fc.uint8Array({ maxLength: 200 }).map(each => Buffer.from(each)),
);

test('T66: whatever texts go into an answer, they come out of it as they went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), given => {
      expect(readXml(writeStsXml('A', { B: given })).get('A/B')).toBe(given);
    }),
  );
});

test('T58, T85: whatever is posted to the STS door is answered by XML of 4xx and has one audit event', async () => {
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('GET', 'POST'), async (given, method) => {
      const before = audit.length;
      const answer = await serve(broker, httpRequest({ method, path: '/', body: given }));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(readXml(answer.body).get('ErrorResponse/RequestId')).toBe(answer.headers['decision-id']);
      expect(audit.length).toBe(before + 1);
    }),
    { numRuns: 300 },
  );
});
