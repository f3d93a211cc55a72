import { readRange } from '../policy/cidr.ts';
import type { Condition } from '../policy/condition.ts';
import type { Complaints } from './complaint.ts';
import { MAX_OPERANDS, readScalars } from './condition.ts';
import type { Schema } from './shape.ts';
import type { Entry, Tree } from './tree.ts';

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
  return readMembers(request, complaints).flatMap(entry => {
    if (entry.key === 'source_ip')
      return readMembers(entry.value, complaints).flatMap(each => compileCidr(each, complaints) ?? []);
    complaints.at(entry).unknownKey(entry.key, ['source_ip'], 'part of a request condition');
    return [];
  });
}

/** The members of a mapping that has some. */
function readMembers(tree: Tree, complaints: Complaints): readonly Entry[] {
  if (tree.kind === 'map' && tree.entries.length > 0) return tree.entries;
  complaints.at(tree).wrongType('request: { source_ip: { in: [CIDR…] } } or not_in');
  return [];
}

function compileCidr(entry: Entry, complaints: Complaints): Condition | undefined {
  const { key, value } = entry;
  if (key !== 'in' && key !== 'not_in')
    return complaints.at(entry).unknownKey(key, ['in', 'not_in'], 'an operator of source_ip');
  const scalars = readScalars(value, key, complaints);
  const bad = (scalars ?? []).filter(each => typeof each.value !== 'string' || !readRange(each.value));
  for (const each of bad)
    complaints
      .at(each)
      .wrongValue(
        `"${each.source}" is not an address range such as 203.0.113.0/24 (host bits must be zero).`,
      );
  if (!scalars || bad.length > 0) return undefined;
  const operands = scalars.map(each => each.value);
  return { on: 'source_ip', name: 'source_ip', path: 'source_ip', operator: key, operands, binds: false };
}
