import { isLoopback } from '../../client/url.ts';
import { parseJsonObject } from '../../http/json.ts';
import { downloadKeySet } from '../../token/download.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { KeySetError, readKeySet } from '../../token/keyset.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { countKeys } from './jwks.ts';
import { fetchSeen } from './see.ts';

const CHECK = createTellers('issuer');
/** As many as broker.yml can list. */
const MOST = 100;

/** The keys of those whom the local broker stands in for are at the broker itself, by issuer. */
async function findStandIns(url: string, instruments: Instruments): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (!isLoopback(new URL(url).hostname)) return found;
  for (let at = 0; at < MOST; at++) {
    const page = `${url}/local/issuers/${at}/.well-known/openid-configuration`;
    const { status, text } = await fetchSeen(page, instruments).catch(() => ({ status: 0, text: '' }));
    const { issuer, jwks_uri: keys } = (status === 200 ? parseJsonObject(text) : undefined) ?? {};
    if (typeof issuer !== 'string' || typeof keys !== 'string') return found;
    found.set(issuer, keys);
  }
  return found;
}

async function examineStandIn(issuer: string, uri: string, instruments: Instruments): Promise<Diagnosis> {
  try {
    const { text } = await fetchSeen(uri, instruments);
    const { size } = readKeySet(Buffer.from(text), ['RS256'], () => undefined);
    const keys = `${countKeys(size)} that can be used`;
    return CHECK.ok(issuer, `the local broker stands in for it, with ${keys}`);
  } catch (error) {
    const why = `the local broker's stand-in: ${(error as Error).message}`;
    return CHECK.wrong(issuer, why, 'Start the local broker again.');
  }
}

async function examineIssuer(row: IssuerRow, instruments: Instruments): Promise<Diagnosis> {
  const { issuer, origin, algorithms, allowPrivateNetwork } = row;
  if ('keys' in origin) return CHECK.ok(issuer, `${origin.keys.length} of its keys stand in broker.yml`);
  try {
    const bytes = await downloadKeySet(origin.uri, instruments.network(allowPrivateNetwork));
    const { size } = readKeySet(bytes, algorithms, () => undefined);
    return CHECK.ok(issuer, `${countKeys(size)} that can be used`);
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    if (allowPrivateNetwork)
      return CHECK.unknown(
        issuer,
        `not from here: ${error.message}`,
        'It is in a private network: ask from there, or see the log of the function refresher.',
      );
    return CHECK.wrong(
      issuer,
      `${origin.uri}: ${error.message}`,
      'Its jobs get nothing once the keys that the broker keeps are six hours old. See the status page of the issuer, and jwks_uri of broker.yml.',
    );
  }
}

/** Looks whether the keys of each issuer can be had, as the broker has them. */
export async function examineIssuers(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const standIns = await findStandIns(patient.url, instruments);
  const asked = [...patient.config.rows.values()].map(row => {
    const uri = standIns.get(row.issuer);
    return uri === undefined ? examineIssuer(row, instruments) : examineStandIn(row.issuer, uri, instruments);
  });
  return Promise.all(asked);
}
