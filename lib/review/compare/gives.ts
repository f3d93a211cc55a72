import type { Template } from '../../policy/targets.ts';

const LISTED: { readonly [kind in Template['kind']]: readonly string[] } = {
  aws: ['role_arn', 'policy_arns'],
  gcp: ['service_account', 'audience', 'scopes'],
  azure: ['client_id', 'tenant_id', 'scope'],
  github: ['api', 'owner', 'installation', 'repositories', 'permissions'],
  buildkite: ['organization', 'user', 'client_id', 'scopes'],
  oauth: ['endpoint', 'parameters', 'scopes'],
  jwt: ['audience'],
};

/**
 * Describes what a role gives, as a reviewer asks first: which account, which role, which repositories, with which
 * rights.
 */
export function describeTarget(template: Template): string {
  const members = template as unknown as { readonly [member: string]: unknown };
  const told = LISTED[template.kind]
    .filter(member => members[member] !== undefined && !isEmptyList(members[member]))
    .map(member => `${member} ${formatMember(members[member])}`);
  const narrowed = template.kind === 'aws' && template.policy ? ['narrowed by a session policy'] : [];
  return `${template.kind}: ${[...told, ...narrowed].join(', ')}`;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function formatMember(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
