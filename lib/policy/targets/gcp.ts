export type GcpTemplate = {
  readonly audience: string;
  readonly subject: string;
  readonly service_account?: string;
  readonly delegates: readonly string[];
  readonly scopes: readonly string[];
};

/** Which provider of a pool takes our JWT, and as whom its token is to act. The scopes are the grant's. */
export type GcpTarget = {
  readonly kind: 'gcp';
  readonly audience: string;
  readonly subject: string;
  /** Undefined: the token acts as the principal of the pool. */
  readonly serviceAccount: string | undefined;
  readonly delegates: readonly string[];
};

/** Which provider of a pool is asked, and as whom; no claim has a part in it. */
export function fillGcp(template: GcpTemplate): GcpTarget {
  const { audience, subject, service_account: serviceAccount, delegates } = template;
  return { kind: 'gcp', audience, subject, serviceAccount, delegates };
}
