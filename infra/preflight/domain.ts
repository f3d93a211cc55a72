import { isAbsent } from '../../lib/aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import type { JsonObject } from '../../lib/http/json.ts';
import type { PreflightInput } from './look.ts';

const CHECK = createTellers('domain');

/** A wildcard stands for one label (RFC 6125 §6.4.3). */
function isNameCovered(written: string, name: string): boolean {
  return written === name || (written.startsWith('*.') && name.slice(name.indexOf('.')) === written.slice(1));
}

function judgeDomainCertificate(certificate: JsonObject, arn: string, name: string): Diagnosis {
  const { Status, SubjectAlternativeNames: names } = certificate;
  const written = Array.isArray(names) ? names.map(String) : [String(certificate['DomainName'])];
  if (Status !== 'ISSUED')
    return CHECK.wrong(
      arn,
      `the certificate is ${String(Status)}`,
      'Wait until it is ISSUED: ACM shows the DNS record that it waits for.',
    );
  if (!written.some(each => isNameCovered(each, name)))
    return CHECK.wrong(
      arn,
      `the certificate is for ${written.join(', ')}, and the domain is ${name}`,
      `Ask ACM for one for ${name}.`,
    );
  return CHECK.ok(name, 'its certificate is issued');
}

async function checkCertificate(flight: PreflightInput): Promise<Diagnosis[]> {
  const { domain } = flight.input.options;
  if (!domain) return [];
  const { name, certificateArn: arn } = domain;
  try {
    const { Certificate } = await flight.read('acm:DescribeCertificate', { CertificateArn: arn });
    return [judgeDomainCertificate(Certificate as JsonObject, arn, name)];
  } catch (error) {
    if (isAbsent(error)) return [CHECK.wrong(arn, 'there is no such certificate', 'Look at certificateArn.')];
    return [CHECK.unknown(arn, ...describeUnread(error, 'acm:DescribeCertificate'))];
  }
}

function judgeZone(zone: JsonObject, id: string, name: string): Diagnosis {
  const suffix = String(zone['Name']).replace(/\.$/, '');
  const { PrivateZone } = (zone['Config'] ?? {}) as { readonly PrivateZone?: string };
  if (name !== suffix && !name.endsWith(`.${suffix}`))
    return CHECK.wrong(id, `the zone is ${suffix}, and ${name} is not in it`, 'Look at hostedZoneId.');
  if (PrivateZone === 'true')
    return CHECK.wrong(
      id,
      'the zone is private, so nobody outside would find the broker',
      'Name the public zone.',
    );
  return CHECK.ok(name, `its record goes into the zone ${suffix}`);
}

async function checkZone(flight: PreflightInput): Promise<Diagnosis[]> {
  const { domain } = flight.input.options;
  if (domain?.hostedZoneId === undefined) return [];
  const { name, hostedZoneId: id } = domain;
  try {
    const { HostedZone } = await flight.read('route53:GetHostedZone', { Id: id });
    return [judgeZone(HostedZone as JsonObject, id, name)];
  } catch (error) {
    if (isAbsent(error)) return [CHECK.wrong(id, 'this account has no such zone', 'Look at hostedZoneId.')];
    return [CHECK.unknown(id, ...describeUnread(error, 'route53:GetHostedZone'))];
  }
}

/** Looks at the certificate and the zone of the broker's own name, where it has one. */
export async function checkDomain(flight: PreflightInput): Promise<readonly Diagnosis[]> {
  return [...(await checkCertificate(flight)), ...(await checkZone(flight))];
}
