import { isLoopback } from '../../client/url.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient, ShownCertificate } from './examined.ts';
import { nameFailure } from './see.ts';

const CHECK = createTellers('tls');
const DAY = 24 * 60 * 60;
/** ACM renews 45 days before the end, and by then it has begun to fail. */
const FEW_DAYS = 30;

function judgeShownCertificate(hostname: string, shown: ShownCertificate, now: number): Diagnosis {
  const { refused, until } = shown;
  const days = Math.floor((until - now) / DAY);
  if (refused !== undefined)
    return CHECK.wrong(
      hostname,
      `its certificate is not believed: ${refused}`,
      'See the certificate in ACM, or what stands between and ends TLS.',
    );
  if (days < FEW_DAYS)
    return CHECK.wrong(
      hostname,
      `its certificate ends in ${days} days`,
      'ACM renews by itself while its DNS record for validation is there: see the certificate.',
    );
  return CHECK.ok(hostname, `its certificate holds for ${days} days`);
}

/** Looks whether its certificate is believed, and for how long. */
export async function examineCertificate(patient: Patient, instruments: Instruments): Promise<Diagnosis> {
  const url = new URL(patient.url);
  const { protocol, hostname } = url;
  if (protocol === 'http:')
    return isLoopback(hostname)
      ? CHECK.ok(hostname, 'none is needed on this machine')
      : CHECK.wrong(hostname, 'it is asked in the clear', 'Name it by https.');
  try {
    return judgeShownCertificate(hostname, await instruments.readCertificate(url), instruments.now());
  } catch (error) {
    const why = `there is no connection: ${nameFailure(error)}`;
    return CHECK.wrong(hostname, why, 'Mend what health says first.');
  }
}
