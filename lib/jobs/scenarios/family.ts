import type { Claims } from '../../policy/claims.ts';

/** The jobs of one CI vendor, as its tokens tell of them. Data: adding a vendor is a file like its neighbours. */
export type JobFamily = {
  /** The preset of broker.yml whose issuers send such tokens. */
  readonly preset: string;
  /** The claims of a plain push to main, without its issuer, audience and times. */
  readonly usual: Claims;
  /** The claims that set each other job apart from that push. */
  readonly scenarios: { readonly [name: string]: Claims };
  /** Claims that the vendor makes from others, `sub` among them. Given whole claims. */
  readonly follows: (claims: Claims) => Claims;
};

/** A commit that any job may be of: 40 hexadecimal digits. */
export const COMMIT = '9f3182061f1e2cca4702c368cbc039b7dc9d4485';
