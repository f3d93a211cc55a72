import { connect } from 'node:tls';
import type { ShownCertificate } from './examined.ts';

/** Milliseconds. */
const PATIENCE = 5000;

/** Fetches the certificate that a server shows. Whom this machine does not believe is told, and not refused: nothing is sent. */
export function fetchCertificate(url: URL): Promise<ShownCertificate> {
  const { hostname, port } = url;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port || 443),
      // An address is no name (RFC 6066 §3).
      ...(/^([\d.]+|\[.*\])$/.test(hostname) ? {} : { servername: hostname }),
      rejectUnauthorized: false,
      timeout: PATIENCE,
    });
    socket.once('secureConnect', () => {
      const { valid_to: until } = socket.getPeerCertificate();
      const refused = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      resolve({ refused, until: Date.parse(until) / 1000 });
    });
    socket.once('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.once('error', reject);
  });
}
