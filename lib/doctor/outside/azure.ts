import { isLoopback } from '../../client/url.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { askStranger } from './see.ts';

const CHECK = createTellers('azure');

/** Where each of Microsoft's clouds answers: the same as the provider asks, which a test compares. */
export const AUTHORITIES = {
  public: 'login.microsoftonline.com',
  'us-government': 'login.microsoftonline.us',
  china: 'login.partner.microsoftonline.cn',
} as const;

function examineTenant(tenant: string, authority: string, instruments: Instruments): Promise<Diagnosis> {
  const of = `tenant ${tenant}`;
  const url = `https://${authority}/${tenant}/v2.0/.well-known/openid-configuration`;
  return askStranger({ check: CHECK, of, who: authority, url }, instruments, ({ status }) => {
    const found = `it is at ${authority}; whether its application takes our token only an exchange shows`;
    if (status === 200) return CHECK.ok(of, found);
    if (status === 400 || status === 404)
      return CHECK.wrong(of, `${authority} knows no such tenant`, 'Look at tenant_id and cloud of the role.');
    return CHECK.unknown(of, `${authority} answered ${status}`, 'Try again.');
  });
}

/** Looks at the tenant of each `azure` role, as far as Entra tells a stranger. */
export async function examineAzure(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const { url, config } = patient;
  if (isLoopback(new URL(url).hostname)) return [];
  const tenants = new Map(
    config.roles.flatMap(({ template }) =>
      template.kind === 'azure' ? [[template.tenant_id, AUTHORITIES[template.cloud]] as const] : [],
    ),
  );
  return Promise.all(
    [...tenants].map(([tenant, authority]) => examineTenant(tenant, authority, instruments)),
  );
}
