import { type ReadAccount, readAwsList } from '../../aws/account.ts';

/** A part of a stack: by which name the template has it, of which type it is, and AWS's own name. */
export type StackResource = { readonly id: string; readonly type: string; readonly name: string };

/** All resources of a stack, page by page. Throws `AwsError`. */
export async function listStackResources(read: ReadAccount, StackName: string): Promise<StackResource[]> {
  const all: StackResource[] = [];
  let NextToken: unknown;
  do {
    const page = await read('cloudformation:ListStackResources', {
      StackName,
      ...(NextToken ? { NextToken } : {}),
    });
    for (const each of readAwsList(page['StackResourceSummaries']))
      all.push({
        id: String(each['LogicalResourceId']),
        type: String(each['ResourceType']),
        name: String(each['PhysicalResourceId'] ?? ''),
      });
    NextToken = page['NextToken'];
  } while (NextToken);
  return all;
}
