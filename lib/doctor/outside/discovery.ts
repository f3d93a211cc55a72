import { parseJsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { fetchSeen, nameFailure } from './see.ts';

const CHECK = createTellers('discovery');

/** Members without which AWS, Google or Microsoft refuse an issuer. */
const DEMANDED = [
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
];

const REDEPLOY = 'Deploy the configuration that is here, or look at the one that is deployed.';

/** Looks whether its metadata say what those who trust it read there. */
export async function examineDiscovery(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const { url, config } = patient;
  const page = `${url}/.well-known/openid-configuration`;
  try {
    const { status, text } = await fetchSeen(page, instruments);
    const said = status === 200 ? parseJsonObject(text) : undefined;
    if (!said)
      return [
        CHECK.wrong(
          page,
          `it answered ${status}, and no metadata`,
          'See whether a proxy or another server stands at this name.',
        ),
      ];
    if (said['issuer'] !== config.url)
      return [
        CHECK.wrong(
          page,
          `its issuer is ${String(said['issuer'])}, and url of broker.yml ${config.url}`,
          REDEPLOY,
        ),
      ];
    const expected = `${config.url}/.well-known/jwks.json`;
    if (said['jwks_uri'] !== expected)
      return [CHECK.wrong(page, `its jwks_uri is not ${expected}`, REDEPLOY)];
    const missing = DEMANDED.find(name => !Array.isArray(said[name]));
    if (missing !== undefined) return [CHECK.wrong(page, `it lacks ${missing}`, 'Upgrade the broker.')];
    if (said['subject_token_audience'] !== config.audience)
      return [
        CHECK.wrong(
          page,
          `steps are told to mint tokens for ${String(said['subject_token_audience'])}, and broker.yml says ${config.audience}`,
          REDEPLOY,
        ),
      ];
    return [CHECK.ok(page, `issuer ${config.url}`)];
  } catch (error) {
    return [CHECK.wrong(page, `it did not answer: ${nameFailure(error)}`, 'Mend what health says first.')];
  }
}
