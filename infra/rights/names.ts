import type { DeployOptions } from '../options.ts';
import { findPartition, type Stack } from '../stack.ts';

type Deployment = { readonly options: Pick<DeployOptions, 'provider'>; readonly stack: Stack };

/** The ARN of the policy that no role of ours may go beyond: the one of `provider`, or the one that is generated here. */
export function findBoundaryArn({ options, stack }: Deployment, account: string): string {
  const { permissionsBoundary } = options.provider;
  if (typeof permissionsBoundary === 'string') return permissionsBoundary;
  return `arn:${findPartition(stack.region)}:iam::${account}:policy/${stack.name}-boundary`;
}
