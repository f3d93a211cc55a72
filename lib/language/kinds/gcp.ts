import { EVERYTHING } from '../../policy/targets/gcp/scopes.ts';
import type { GcpTemplate } from '../../policy/targets/gcp.ts';
import type { Complaints } from '../complaint.ts';
import { list, object, optional, required, text } from '../shape.ts';
import { scopeList } from '../statement.ts';
import type { Tree } from '../tree.ts';
import { checkTemplates, type Kind, type KindSetting, writeSubject } from './kind.ts';

/** Google's own limits: https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers */
const PROVIDER =
  /^\/\/iam\.googleapis\.com\/projects\/\d{1,20}\/locations\/global\/workloadIdentityPools\/[a-z0-9-]{4,32}\/providers\/[a-z0-9-]{4,32}$/;
const ACCOUNT = /^[a-z0-9][a-z0-9._-]{0,62}@[a-z0-9][a-z0-9.-]{0,190}\.gserviceaccount\.com$/;
const MAX_DELEGATES = 4;

const account = text({
  pattern: ACCOUNT,
  says: 'the address of a service account, such as deploy@acme-prod.iam.gserviceaccount.com',
});

const SHAPE = object({
  audience: required(
    text({
      pattern: PROVIDER,
      says: 'the full name of a provider, //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER',
    }),
  ),
  service_account: optional(account),
  delegates: optional(list(account, MAX_DELEGATES)),
  scopes: optional(scopeList),
});

function compileGcp(tree: Tree, setting: KindSetting, complaints: Complaints): GcpTemplate | undefined {
  checkTemplates(tree, 'none', setting, complaints);
  const read = SHAPE.read(tree, complaints);
  if (!read) return undefined;
  const { audience, service_account, delegates = [], scopes = [EVERYTHING] } = read;
  if (delegates.length > 0 && service_account === undefined)
    complaints.at(tree).wrongValue('delegates lead to a service_account, and there is none.');
  return {
    audience,
    subject: writeSubject(setting),
    ...(service_account === undefined ? {} : { service_account }),
    delegates,
    scopes,
  };
}

/**
 * A Google Cloud access token by workload identity federation. How long one of the pool's principal lives is
 * Google's to say; a service account's is asked for: ten minutes to an hour, or 12 hours where an organization
 * policy allows it. https://cloud.google.com/iam/docs/create-short-lived-credentials-direct
 */
export const gcp: Kind<GcpTemplate> = {
  schema: SHAPE.schema,
  lengths: template =>
    template && template.service_account === undefined
      ? { fallback: 3600, min: 3600, max: 3600 }
      : { fallback: 3600, min: 600, max: 43_200 },
  scopes: 'optional',
  scopesOf: ({ scopes }) => scopes,
  compile: compileGcp,
};
