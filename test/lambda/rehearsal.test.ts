import { expect, test } from 'vitest';
import { createBroker } from '../../lib/broker.ts';
import { createHandler } from '../../lib/lambda/handler.ts';
import { rehearse } from '../../lib/lambda/rehearsal.ts';
import { serve } from '../../lib/serve.ts';

test('a rehearsal plays an exchange that succeeds and one that is denied', async () => {
  const lines: string[] = [];
  const statuses = await rehearse((config, surroundings) => {
    const sink = (line: string): void => void lines.push(line);
    const broker = createBroker(config, { ...surroundings, sink });
    return createHandler(request => serve(broker, request)) as never;
  });
  expect(statuses).toEqual([200, 400]);
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { outcome: 'issued', role: 'main', provider: 'aws' },
    { outcome: 'denied', role: 'other', code: 'trust_not_met' },
  ]);
});
