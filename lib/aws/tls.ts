/**
 * Loads what the first call by TLS would, some 10 ms of CPU: its modules and the certificates of its roots. For the
 * start of a function of AWS Lambda, which has a whole CPU then, and for all that follows a share of one.
 */
export function prepareTls(): void {
  process.getBuiltinModule('node:tls').createSecureContext();
}
