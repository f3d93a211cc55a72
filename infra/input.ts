import type { Config } from '../lib/config/load.ts';
import type { DeployOptions } from './options.ts';
import { findPartition, type Stack } from './stack.ts';

/** All that a deployment is made of. */
export type TemplateInput = {
  readonly config: Config;
  readonly options: DeployOptions;
  readonly stack: Stack;
};

/** Finds the ARN of the policy that no role of ours may go beyond: the one of `provider`, or the one that is generated here. */
export function findBoundaryArn(input: Pick<TemplateInput, 'options' | 'stack'>, account: string): string {
  const { permissionsBoundary } = input.options.provider;
  if (typeof permissionsBoundary === 'string') return permissionsBoundary;
  return `arn:${findPartition(input.stack.region)}:iam::${account}:policy/${input.stack.name}-boundary`;
}
