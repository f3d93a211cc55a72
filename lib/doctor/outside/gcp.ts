import { isLoopback } from '../../client/url.ts';
import { parseJsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { askStranger } from './see.ts';

const CHECK = createTellers('gcp');
const STS = 'https://sts.googleapis.com/v1/token';

/** A request that gives nothing, since its token is none: Google looks at the audience first. */
function writeProbe(audience: string): RequestInit {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: 'none',
  });
  return { method: 'POST', body: form };
}

function examineGoogleProvider(audience: string, instruments: Instruments): Promise<Diagnosis> {
  const of = audience.replace('//iam.googleapis.com/', '');
  const question = { check: CHECK, of, who: 'Google', url: STS, init: writeProbe(audience) };
  return askStranger(question, instruments, ({ status, text }) => {
    const { error } = parseJsonObject(text) ?? {};
    if (error === 'invalid_target')
      return CHECK.wrong(
        of,
        'Google knows no such provider, or it is disabled',
        'Look at audience of the role, and at the pool and its provider in Google Cloud.',
      );
    const found = 'Google finds no fault with it; whether it takes our token only an exchange shows';
    if (status === 400 && typeof error === 'string') return CHECK.ok(of, found);
    return CHECK.unknown(of, `Google answered ${status}`, 'Try again.');
  });
}

/** Looks at the provider of each `gcp` role, as far as Google tells a stranger. */
export async function examineGcp(patient: Patient, instruments: Instruments): Promise<readonly Diagnosis[]> {
  const { url, config } = patient;
  if (isLoopback(new URL(url).hostname)) return [];
  const audiences = config.roles.flatMap(({ template }) =>
    template.kind === 'gcp' ? [template.audience] : [],
  );
  return Promise.all([...new Set(audiences)].map(each => examineGoogleProvider(each, instruments)));
}
