import { readRange } from '../policy/cidr.ts';
import type { Condition } from '../policy/condition.ts';
import type { Complaints } from './complaint.ts';
import { MAX_OPERANDS, readScalars } from './condition.ts';
import { suggestWord } from './nearest.ts';
import type { Schema } from './shape.ts';
import type { Entry, Place, Tree } from './tree.ts';

const ranges = { type: 'array', minItems: 1, maxItems: MAX_OPERANDS, items: { type: 'string' } };

/** `request: { source_ip: { in | not_in: [CIDR…] } }` for editors. */
export const requestSchema: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['source_ip'],
  properties: {
    source_ip: {
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      properties: { in: ranges, not_in: ranges },
    },
  },
};

/** The conditions of `request: { source_ip: { in | not_in: [CIDR…] } }`. */
export function compileRequest(request: Tree, complaints: Complaints): Condition[] {
  const bad = (place: Place): Condition[] => {
    complaints.at(place).say('wrong-type', 'Expected request: { source_ip: { in: [CIDR…] } } or not_in.');
    return [];
  };
  if (request.kind !== 'map' || request.entries.length === 0) return bad(request.place);
  return request.entries.flatMap(({ key, place, value }) => {
    if (key !== 'source_ip')
      complaints
        .at(place)
        .say('unknown-key', `"${key}" is not part of a request condition.${suggestWord(key, ['source_ip'])}`);
    if (key !== 'source_ip') return [];
    if (value.kind !== 'map' || value.entries.length === 0) return bad(value.place);
    return value.entries.flatMap(entry => compileCidr(entry, complaints) ?? []);
  });
}

function compileCidr({ key, place, value }: Entry, complaints: Complaints): Condition | undefined {
  if (key !== 'in' && key !== 'not_in')
    return complaints.at(place).say('unknown-key', `source_ip knows "in" and "not_in", not "${key}".`);
  const scalars = readScalars(value, key, complaints);
  const bad =
    scalars?.filter(({ value: each }) => typeof each !== 'string' || readRange(each) === undefined) ?? [];
  for (const each of bad)
    complaints
      .at(each)
      .wrongValue(
        `"${each.source}" is not an address range such as 203.0.113.0/24 (host bits must be zero).`,
      );
  if (!scalars || bad.length > 0) return undefined;
  return {
    on: 'source_ip',
    name: 'source_ip',
    path: 'source_ip',
    operator: key,
    operands: scalars.map(each => each.value),
    binds: false,
  };
}
