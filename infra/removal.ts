import type { Config } from '../lib/config/load.ts';
import { needsSignature, type Template } from '../lib/policy/targets.ts';
import type { Resources } from './cloudformation.ts';

/** Finds the resources of a template that outlive their stack. */
export function findKept(resources: Resources): readonly string[] {
  return Object.entries(resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined)
    .map(([id]) => id)
    .sort();
}

/** Describes who takes a token of ours by this part of a role, in words that name one thing to look at. */
function describeTruster(template: Template): string | undefined {
  if (!needsSignature(template)) return undefined;
  switch (template.kind) {
    case 'aws':
      return `AWS: the OIDC provider in account ${template.role_arn.split(':')[4]}, and ${template.role_arn}`;
    case 'gcp':
      return `Google Cloud: the provider ${template.audience.replace('//iam.googleapis.com/', '')}`;
    case 'azure':
      return `Azure: the federated credential of ${template.client_id} in the tenant ${template.tenant_id}`;
    case 'buildkite':
      return `Buildkite: the workload identity ${template.client_id} of ${template.organization}`;
    case 'oauth':
      return `${new URL(template.url).hostname}: its trust in ${template.subject} (the endpoint ${template.endpoint})`;
    case 'jwt':
      return `whoever takes tokens for ${template.audience}`;
    default:
      return undefined;
  }
}

/** Lists all who trust the broker as an issuer, by its roles and registries: each once, in order. */
export function listTrusters(config: Config): readonly string[] {
  const byRole = config.roles.flatMap(each => describeTruster(each.template) ?? []);
  const byRegistry = config.registries.map(each => `the registry ${each.name}`);
  return [...new Set([...byRole, ...byRegistry])].sort();
}

/** Writes what `remove` warns of: a name outlives its broker. `config` is undefined where it does not load. */
export function writeLeavingWarning(config: Config | undefined): string {
  if (!config)
    return 'Whoever gets the name of this broker later is the issuer that others trust. Its configuration does not load, so nobody can say here who they are: see docs/guides/deploy.md, "Remove".';
  const trusters = listTrusters(config);
  const head = `Whoever gets the name ${new URL(config.url).hostname} later is the issuer that others trust. Keep the name, or end their trust first.`;
  if (trusters.length === 0)
    return `${head} By its roles nobody trusts its tokens; former roles are not known here.`;
  return [
    `${head} By its roles these trust it now; former roles are not known here:`,
    ...trusters.map(each => `  - ${each}`),
  ].join('\n');
}
