import { describe, expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import { createAlarms } from '../../infra/resources/alarms.ts';
import { createAuthorizerResources } from '../../infra/resources/authorizer.ts';
import { createEventResources } from '../../infra/resources/events.ts';
import { createRefresherResources } from '../../infra/resources/refresher.ts';
import { createRotationResources } from '../../infra/resources/rotation.ts';
import { DENIALS, FAULTS, JOB_DENIALS, JOB_FAULTS } from '../../infra/resources/thresholds.ts';
import { MEMBERS } from '../../lib/audit/event.ts';
import { blocks, code, codes, read, rowsOf } from '../harness/markdown.ts';

const PAGE = 'docs/guides/operate.md';

/** Words of CloudWatch Logs Insights and of jq: all else in a query is a member or a name that it makes. */
const LANGUAGE =
  /^(filter|fields|stats|sort|limit|by|as|and|desc|asc|count|count_distinct|latest|earliest|pct|bin|ispresent|select|map|min|group_by|length|tsv)$/;

/** The queries of a page, and what it gives jq of a file of events. */
function queriesIn(page: string): { at: string; text: string }[] {
  return blocks(read(page)).flatMap(({ words, text, line }) => {
    const program = /^jq [^']*'([^']*)'/.exec(text)?.[1];
    const query = words.includes('query') ? text : program;
    return query === undefined ? [] : [{ at: `${page}:${line}`, text: query }];
  });
}

/** The names in a query that it has neither from the language nor by `as`. */
function membersIn(query: string): string[] {
  const made = [...query.matchAll(/\bas (\w+)/g)].map(([, name]) => name);
  const words = query.replace(/"[^"]*"/g, '').match(/\b[a-z_]\w*(\.\w+)*/g) ?? [];
  return words.filter(word => !LANGUAGE.test(word) && !made.includes(word));
}

describe('a query names members of an audit event alone:', () => {
  const queries = [PAGE, 'docs/guides/audit.md', 'docs/guides/incident.md'].flatMap(queriesIn);

  test.each(queries)('$at', ({ text }) => {
    const tops = membersIn(text).map(name => name.split('.')[0]);
    expect(tops.length).toBeGreaterThan(0);
    expect(tops.filter(name => !(MEMBERS as readonly (string | undefined)[]).includes(name))).toEqual([]);
  });

  test('a name that is not one would be found', () => {
    expect(membersIn('filter event = "exchange" | stats count(*) as n by rolle')).toEqual(['event', 'rolle']);
  });
});

describe('every alarm is documented', () => {
  test.each([
    ['denials', 'reason', { ...DENIALS, ...JOB_DENIALS }],
    ['failures of ours', 'failure', { ...FAULTS, ...JOB_FAULTS }],
  ])('for %s, with its threshold', (_name, header, thresholds) => {
    const documented = rowsOf(PAGE, header).map(([name, from]) => [code(name), Number(from)]);
    expect(Object.fromEntries(documented)).toEqual(thresholds);
  });

  test('that is for neither', () => {
    const { options } = readOptions({ signing: 'sealed' });
    const all = [
      createAlarms({}),
      ...(options
        ? [
            createRotationResources(options),
            createAuthorizerResources({ rows: new Map() }, options),
            createRefresherResources({ registries: [] }, options),
            createEventResources({ rows: new Map() }, options),
          ]
        : []),
    ].flatMap(Object.keys);
    const known = all.filter(id => /^(?!Denied|Failed).*Alarm$/.test(id));
    const documented = rowsOf(PAGE, 'alarm').flatMap(([names]) => codes(names));
    expect(documented.map(name => `${name}Alarm`).sort()).toEqual(known.sort());
  });
});
