import { createNetwork } from '../token/download.ts';
import { type Diagnosis, lookSafely } from './diagnosis.ts';
import { examineAzure } from './outside/azure.ts';
import { fetchCertificate } from './outside/certificate.ts';
import { examineClock } from './outside/clock.ts';
import { examineDiscovery } from './outside/discovery.ts';
import type { Examine, Instruments, Patient } from './outside/examined.ts';
import { examineGcp } from './outside/gcp.ts';
import { examineGithub } from './outside/github.ts';
import { examineHealth } from './outside/health.ts';
import { examineIssuers } from './outside/issuers.ts';
import { examineKeys } from './outside/jwks.ts';
import { examineCertificate } from './outside/tls.ts';

/** The looks of anybody, in this order. To add a look is to add a row. */
export const EXAMINATIONS: readonly Examine[] = [
  examineHealth,
  examineDiscovery,
  examineKeys,
  examineCertificate,
  examineClock,
  examineIssuers,
  examineGcp,
  examineAzure,
  examineGithub,
];

/** The real network and the real clock. */
export const INSTRUMENTS: Instruments = {
  fetch: (url, more) => fetch(url, more),
  readCertificate: fetchCertificate,
  network: createNetwork,
  now: () => Date.now() / 1000,
};

/** Looks at a broker from where everybody stands. */
export async function examineOutside(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const found = await Promise.all(
    EXAMINATIONS.map(examine => lookSafely(examine.name, () => examine(patient, instruments))),
  );
  return found.flat();
}
