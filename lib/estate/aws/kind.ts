import { isActionCovered, readAccountId } from '../../review/targets/request.ts';
import type { Principal, TrustStatement } from '../../review/targets/trust.ts';
import type { AwsRole } from './dump.ts';

/** Who a role of AWS is for, by what its trust policy names. */
export const ROLE_KINDS = {
  oidc: 'trusts an OIDC issuer: a job can have it by its token',
  broker: 'trusts the broker',
  saml: 'trusts SAML: people come by single sign-on',
  'single-sign-on': 'made by IAM Identity Center for people',
  'service-linked': 'made by a service of AWS, which alone can change it',
  service: 'for a service of AWS, such as EC2 or Lambda',
  'cross-account': 'trusts another account, or a role of one',
  'same-account': 'trusts its own account, or a role in it',
  anyone: 'trusts everyone',
  'deleted-principal': 'trusts somebody who was deleted, and so nobody',
  nobody: 'trusts nobody',
  unreadable: 'has a trust policy that cannot be read',
} as const;

export type AwsRoleKind = keyof typeof ROLE_KINDS;

/** An id in the place of an ARN: what IAM shows of a principal that was deleted. */
const GONE = /^A[A-Z]{3}[A-Z0-9]{12,}$/;
const OIDC = /:oidc-provider\//;
/** Those that AWS takes by their name alone. */
const BUILT_IN = [
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
];

/** The broker as AWS knows it: the role that it runs as, and an issuer of its own. */
export type OwnBroker = { readonly broker: string | undefined; readonly url: string | undefined };

function isOwnProvider(name: string, url: string | undefined): boolean {
  return url !== undefined && name.endsWith(`:oidc-provider/${url.replace('https://', '')}`);
}

function findPrincipalKind(principal: Principal, account: string, own: OwnBroker): AwsRoleKind {
  const { kind, name } = principal;
  if (kind === 'Federated' && isOwnProvider(name, own.url)) return 'broker';
  if (kind === 'Federated') return OIDC.test(name) || BUILT_IN.includes(name) ? 'oidc' : 'saml';
  if (kind === 'Service') return 'service';
  if (name === own.broker) return 'broker';
  if (name === '*') return 'anyone';
  if (GONE.test(name)) return 'deleted-principal';
  const owner = /^\d{12}$/.test(name) ? name : readAccountId(name);
  return owner === account ? 'same-account' : 'cross-account';
}

const ENTRANCES = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'];

/** Does a statement open the role to anybody? */
export function isOpening(statement: TrustStatement): boolean {
  return statement.effect === 'Allow' && ENTRANCES.some(action => isActionCovered(statement, action));
}

/** Everything that a role's trust policy lets in, the most telling first. */
export function listRoleKinds(role: AwsRole, own: OwnBroker): AwsRoleKind[] {
  if (/^\/aws-service-role\//.test(role.path)) return ['service-linked'];
  if (!role.trust) return ['unreadable'];
  const account = readAccountId(role.arn);
  const found = new Set(
    role.trust
      .filter(isOpening)
      .flatMap(({ principals, exceptPrincipals }) =>
        exceptPrincipals
          ? ['anyone' as const]
          : principals.map(each => findPrincipalKind(each, account, own)),
      ),
  );
  const order = Object.keys(ROLE_KINDS) as AwsRoleKind[];
  if (/^\/aws-reserved\/sso\.amazonaws\.com\//.test(role.path)) return ['single-sign-on'];
  return found.size === 0 ? ['nobody'] : order.filter(kind => found.has(kind));
}
