const PREFIX = 'https://www.googleapis.com/auth/';

/** The scope that stands for all of Google Cloud. */
export const EVERYTHING = `${PREFIX}cloud-platform`;

/**
 * Scopes of Google Cloud whose every method takes cloud-platform as well, so that a token with one of these can do
 * nothing that one with cloud-platform can't. Closed, and nothing of Workspace or of a person (Drive, Gmail,
 * directories, userinfo): cloud-platform does not reach there. https://developers.google.com/identity/protocols/oauth2/scopes
 */
export const NARROWER: ReadonlySet<string> = new Set(
  [
    'appengine.admin',
    'bigquery',
    'bigquery.insertdata',
    'bigquery.readonly',
    'bigtable.admin',
    'bigtable.admin.cluster',
    'bigtable.admin.instance',
    'bigtable.admin.table',
    'bigtable.data',
    'bigtable.data.readonly',
    'cloud-bigtable.admin',
    'cloud-bigtable.admin.cluster',
    'cloud-bigtable.admin.table',
    'cloud-bigtable.data',
    'cloud-bigtable.data.readonly',
    'cloud-billing',
    'cloud-billing.readonly',
    'cloud-healthcare',
    'cloud-language',
    'cloud-platform.read-only',
    'cloud-translation',
    'cloud-vision',
    'cloudkms',
    'cloudplatformprojects',
    'cloudplatformprojects.readonly',
    'cloudruntimeconfig',
    'compute',
    'compute.readonly',
    'datastore',
    'devstorage.full_control',
    'devstorage.read_only',
    'devstorage.read_write',
    'dialogflow',
    'iam',
    'logging.admin',
    'logging.read',
    'logging.write',
    'monitoring',
    'monitoring.read',
    'monitoring.write',
    'ndev.clouddns.readonly',
    'ndev.clouddns.readwrite',
    'ndev.cloudman',
    'ndev.cloudman.readonly',
    'pubsub',
    'service.management',
    'service.management.readonly',
    'servicecontrol',
    'source.full_control',
    'source.read_only',
    'source.read_write',
    'spanner.admin',
    'spanner.data',
    'sqlservice.admin',
    'sqlservice.login',
    'trace.append',
    'trace.readonly',
  ].map(name => PREFIX + name),
);

/** Is this scope one of those given, or is cloud-platform, which opens all that it does? */
export function isGcpScopeWithin(scope: string, given: readonly string[]): boolean {
  return given.includes(scope) || (given.includes(EVERYTHING) && NARROWER.has(scope));
}
