import { expect, test } from 'vitest';
import { CODES, type Code } from '../../lib/errors.ts';
import { containerStatus } from '../../lib/protocols/container.ts';
import { wireError } from '../../lib/protocols/oauth.ts';
import { stsError } from '../../lib/protocols/sts/errors.ts';
import { ASKS, CLIENTS } from '../clients/rows.ts';
import { code, read, rowsUnder, tables } from '../harness/markdown.ts';

const PAGE = 'docs/guides/aws-clients.md';

/** Who sends an exchange again after this answer of the STS door: SDKs choose by the code, and by 5xx. */
const asksAgain = ([status, error]: readonly [number, string]): string => {
  if (status >= 500 || error === 'Throttling') return 'every SDK';
  return error === 'InvalidIdentityToken' ? 'Go' : 'nobody';
};

const written = ([status, error]: readonly [number, string]): string => `${status} \`${error}\``;

test('the table of codes by door has every code as each door says it', () => {
  const documented = rowsUnder(PAGE, 'Each code at each door', 'code').map(([name, ...cells]) => [
    code(name),
    cells,
  ]);
  const known = (Object.keys(CODES) as Code[]).map(each => [
    each,
    [
      written(wireError(each)),
      written(stsError(each)),
      asksAgain(stsError(each)),
      String(containerStatus(each)),
    ],
  ]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
});

test('the table of how often a client asks is what the clients are tried for', () => {
  const table = tables(read(PAGE)).find(({ heading }) => heading === 'How often a client asks');
  const row = (answer: string) => table?.rows.find(([first]) => first === answer);
  for (const client of CLIENTS) {
    const column = table?.header.indexOf(client) ?? -1;
    expect([
      client,
      Number(row('STS door, a refusal')?.[column]),
      Number(row('container door, a refusal')?.[column]),
    ]).toEqual([client, ASKS[client].STS, ASKS[client].container]);
  }
});
