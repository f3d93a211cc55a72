import type { AzureTemplate } from '../../policy/targets/azure.ts';
import type { Complaints } from '../complaint.ts';
import { object, oneOf, optional, required, text } from '../shape.ts';
import type { Tree } from '../tree.ts';
import { checkTemplates, type Kind, type KindSetting, writeSubject } from './kind.ts';

const GUID = /^[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/;
// Without a user Entra gives all that the application was granted, which is what /.default means.
const SCOPE = /^(https|api):\/\/[\w.~/:-]{1,240}\/\.default$/;

function createGuidShape(of: string) {
  return text({ pattern: GUID, says: `the id of the ${of}, a GUID` });
}

const SHAPE = object({
  tenant_id: required(createGuidShape('tenant')),
  client_id: required(createGuidShape('application (client)')),
  scope: required(
    text({ pattern: SCOPE, says: 'what the token is for, such as https://management.azure.com/.default' }),
  ),
  cloud: optional(oneOf('public', 'us-government', 'china')),
});

function compileAzure(tree: Tree, setting: KindSetting, complaints: Complaints): AzureTemplate | undefined {
  checkTemplates(tree, 'none', setting, complaints);
  const read = SHAPE.read(tree, complaints);
  return read && { ...read, cloud: read.cloud ?? 'public', subject: writeSubject(setting) };
}

/**
 * A Microsoft Entra access token by a federated credential. Entra says how long it lives: 60 to 90 minutes, or what a
 * token lifetime policy says, which a role may name when it is more.
 * https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes
 */
export const azure: Kind<AzureTemplate> = {
  schema: SHAPE.schema,
  lengths: () => ({ fallback: 5400, min: 5400, max: 43_200 }),
  scopes: 'refused',
  compile: compileAzure,
};
