import type { Role } from '../../policy/role.ts';

const WHOLE_CLOUD = /(^|\/)cloud-platform$/;

/** Says how far a credential of the role reaches where nothing narrows it; undefined where something does. */
export function describeWideTarget(role: Role): string | undefined {
  const { template, trust } = role;
  if (template.kind === 'aws' && !template.policy && template.policy_arns.length === 0)
    return 'all that its AWS role may do: no session policy narrows it';
  if (template.kind === 'gcp') {
    const scopes = [...template.scopes, ...trust.flatMap(statement => statement.scopes ?? [])];
    return scopes.some(scope => WHOLE_CLOUD.test(scope))
      ? 'all of Google Cloud that its account may use: the scope is cloud-platform'
      : undefined;
  }
  if (template.kind !== 'github') return undefined;
  const rights = Object.values(template.permissions)
    .flatMap(levels => Object.entries(levels))
    .filter(([name, level]) => level === 'admin' || (name === 'administration' && level === 'write'))
    .map(([name, level]) => `${name}: ${level}`);
  return rights.length > 0 ? `${[...new Set(rights)].join(', ')} of its repositories` : undefined;
}
