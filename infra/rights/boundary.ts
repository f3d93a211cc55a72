import type { IamPolicy, IamStatement } from '../cloudformation.ts';
import type { TemplateInput } from '../input.ts';
import { fillReferences, findPartition } from '../stack.ts';
import { createTemplate } from '../template.ts';

/** A resource of a statement, made as wide as what it is one of: boundaries are written before there is a stack. */
function widenResource(resource: string, input: TemplateInput): readonly string[] {
  const { stack, options } = input;
  const [, , service = ''] = resource.split(':');
  if (service === 'iam') {
    if (options.targets.length > 0) return options.targets;
    return [`arn:${findPartition(stack.region)}:iam::*:role/*`];
  }
  const wide: { readonly [service: string]: readonly [pattern: RegExp, by: string] } = {
    dynamodb: [/table\/.*/, `table/${stack.name}-*`],
    kms: [/key\/0000.*/, 'key/*'],
    logs: [/log-group:.*/, `log-group:/aws/lambda/${stack.prefix}-*`],
  };
  const [pattern, by] = wide[service] ?? [/$^/, ''];
  return [resource.replace(pattern, by)];
}

function findStatements(input: TemplateInput): readonly IamStatement[] {
  return Object.values(createTemplate(input).resources.Resources)
    .filter(each => each.Type === 'AWS::IAM::Policy' || each.Type === 'AWS::IAM::ManagedPolicy')
    .flatMap(each => (each.Properties['PolicyDocument'] as IamPolicy).Statement);
}

/**
 * The most that any role of this broker may do, as a policy of its own: what all its roles may do together, on whatever
 * tables, keys and logs the stack will have. An administrator makes it once, and who deploys cannot change it.
 */
export function createBoundary(input: TemplateInput, account: string): object {
  const merged = new Map<string, IamStatement>();
  for (const statement of findStatements(input)) {
    const { Sid: _, ...rest } = JSON.parse(
      JSON.stringify(fillReferences(statement, input.stack)).replaceAll('123456789012', account),
    ) as IamStatement & { readonly Resource: readonly string[] };
    const Resource = [
      ...new Set((rest.Resource as string[]).flatMap(each => widenResource(each, input))),
    ].sort();
    const key = JSON.stringify([rest.Effect, rest.Condition, Resource]);
    const before = merged.get(key);
    const Action = [...new Set([...(before?.Action ?? []), ...rest.Action])].sort();
    merged.set(key, { ...rest, Sid: before?.Sid ?? `Part${merged.size + 1}`, Action, Resource });
  }
  return { Version: '2012-10-17', Statement: [...merged.values()] };
}
