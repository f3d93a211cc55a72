import type { Answer } from '../../lib/answer.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import type { Credential } from '../../lib/providers/provider.ts';
import { grantFor, TRUST } from './grant.ts';
import { NOW } from './policy.ts';

export const DECISION_ID = 'b2c5f7a0-1111-4222-8333-444455556666';
export const CODE_NAMES = Object.keys(CODES) as Code[];

type Refusal = Extract<Answer, { kind: 'refused' }>;

/** What a door is given to say when there is no credential. */
export function refusal(code: Code, more: Partial<Refusal> = {}): Refusal {
  return {
    kind: 'refused',
    decisionId: DECISION_ID,
    code,
    says: CODES[code].says,
    at: undefined,
    claims: [],
    contact: undefined,
    nearRole: undefined,
    ...more,
  };
}

export const AWS: Extract<Credential, { kind: 'aws' }> = {
  kind: 'aws',
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'secret/with+signs=',
  sessionToken: 'session$(token)',
  assumedRole: 'arn:aws:sts::123456789012:assumed-role/r/s',
  assumedRoleId: 'AROAEXAMPLE:s',
  expiresAt: NOW + 3600,
  session: 's',
};
export const JWT: Extract<Credential, { kind: 'jwt' }> = {
  kind: 'jwt',
  token: 'h.p.s',
  expiresAt: NOW + 300,
  session: 'j',
};

export const GITHUB: Extract<Credential, { kind: 'github' }> = {
  kind: 'github',
  token: 'ghs_local',
  expiresAt: NOW + 3600,
  session: 'hash',
};

/** With what RFC 6749 §5.2 allows in no description. */
export const OWN_AUDIENCE = 'urn:"own\\audience';

/** What a door is given to say when there is one: of a role with these lines after its trust policy. */
export function issued(credential: Credential, lines = ''): Answer {
  return { kind: 'issued', decisionId: DECISION_ID, grant: grantFor(TRUST + lines), credential };
}
