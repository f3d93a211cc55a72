import type { Config } from '../../config/load.ts';
import { type JsonObject, parseJsonObject } from '../../http/json.ts';
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

function judgeMetadata(page: string, said: JsonObject, config: Config): Diagnosis {
  const { issuer, jwks_uri, subject_token_audience: audience } = said;
  if (issuer !== config.url)
    return CHECK.wrong(
      page,
      `its issuer is ${String(issuer)}, and url of broker.yml ${config.url}`,
      REDEPLOY,
    );
  const expected = `${config.url}/.well-known/jwks.json`;
  if (jwks_uri !== expected) return CHECK.wrong(page, `its jwks_uri is not ${expected}`, REDEPLOY);
  const missing = DEMANDED.find(name => !Array.isArray(said[name]));
  if (missing !== undefined) return CHECK.wrong(page, `it lacks ${missing}`, 'Upgrade the broker.');
  if (audience === config.audience) return CHECK.ok(page, `issuer ${config.url}`);
  return CHECK.wrong(
    page,
    `steps are told to mint tokens for ${String(audience)}, and broker.yml says ${config.audience}`,
    REDEPLOY,
  );
}

/** Looks whether its metadata say what those who trust it read there. */
export async function examineDiscovery(patient: Patient, instruments: Instruments): Promise<Diagnosis> {
  const page = `${patient.url}/.well-known/openid-configuration`;
  try {
    const { status, text } = await fetchSeen(page, instruments);
    const said = status === 200 ? parseJsonObject(text) : undefined;
    if (said) return judgeMetadata(page, said, patient.config);
    const mend = 'See whether a proxy or another server stands at this name.';
    return CHECK.wrong(page, `it answered ${status}, and no metadata`, mend);
  } catch (error) {
    return CHECK.wrong(page, `it did not answer: ${nameFailure(error)}`, 'Mend what health says first.');
  }
}
