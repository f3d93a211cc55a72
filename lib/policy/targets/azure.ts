export type AzureTemplate = {
  readonly subject: string;
  readonly tenant_id: string;
  readonly client_id: string;
  readonly scope: string;
  readonly cloud: 'public' | 'us-government' | 'china';
};

/** Which application of which tenant our JWT speaks for, and what its token is for. */
export type AzureTarget = {
  readonly kind: 'azure';
  readonly subject: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly scope: string;
  readonly cloud: AzureTemplate['cloud'];
};

/** Which application is spoken for; no claim has a part in it. */
export function fillAzure(template: AzureTemplate): AzureTarget {
  const { subject, tenant_id: tenantId, client_id: clientId, scope, cloud } = template;
  return { kind: 'azure', subject, tenantId, clientId, scope, cloud };
}
