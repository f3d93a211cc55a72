import type { ClaimValue } from '../../policy/claims.ts';

const PLAIN = /^[A-Za-z][\w./-]*( [\w./-]+)*$/;
// What YAML 1.1 or 1.2 reads as something else than text.
const OTHERWISE = /^(true|false|null|yes|no|on|off|y|n)$/i;

function writeYamlText(value: string): string {
  return PLAIN.test(value) && !OTHERWISE.test(value) ? value : JSON.stringify(value);
}

/** A value as a policy's author would write it, on one line: YAML that every reader reads alike. */
export function writeYaml(value: ClaimValue): string {
  if (typeof value === 'string') return writeYamlText(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(writeYaml).join(', ')}]`;
  const members = Object.entries(value).map(([name, each]) => `${writeYamlText(name)}: ${writeYaml(each)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
