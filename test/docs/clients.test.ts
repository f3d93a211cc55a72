import { expect, test } from 'vitest';
import { ASKS } from '../clients/rows.ts';
import { read, tables } from '../harness/markdown.ts';

const PAGE = 'docs/guides/aws-clients.md';

test('the table of how often a client asks is what the clients are tried for', () => {
  const table = tables(read(PAGE)).find(({ heading }) => heading === 'How often a client asks');
  const row = (answer: string) => table?.rows.find(([first]) => first === answer);
  for (const [client, asks] of Object.entries(ASKS)) {
    const column = table?.header.indexOf(client) ?? -1;
    expect([
      client,
      Number(row('STS door, a refusal')?.[column]),
      Number(row('container door, a refusal')?.[column]),
    ]).toEqual([client, asks.STS ?? Number.NaN, asks.container]);
  }
});
