import { createHash } from 'node:crypto';
import {
  findTextAttribute,
  readNumberAttribute,
  readTextAttribute,
  type Table,
  type TableItem,
} from '../aws/dynamo.ts';
import type { Origin } from '../token/origin.ts';

/** Whose session one is, in the words of AWS, and until when (seconds since the epoch). No secret is part of it. */
export type Identity = {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
  /** The id of the session's access key, which is no secret. */
  readonly accessKeyId: string;
  readonly expiresAt: number;
  /** By what it can be switched off. */
  readonly origin?: Origin | undefined;
};

/**
 * Remembers whose sessions were given. Session tokens are kept as their digest alone, and nothing for longer than it
 * is of use: an identity that has expired may be found or not. Both calls throw when the store cannot be asked.
 */
export type IdentityStore = {
  remember(sessionToken: string, identity: Identity, now: number): Promise<void>;
  find(sessionToken: string): Promise<Identity | undefined>;
};

function digestSessionToken(sessionToken: string): string {
  return createHash('sha256').update(sessionToken).digest('base64url');
}

const CAPACITY = 100_000;

/** For one process: the laptop, and tests. Throws when it is full of sessions that live. */
export function createMemoryIdentities(capacity = CAPACITY): IdentityStore {
  const identities = new Map<string, Identity>();
  const forgetExpired = (now: number): void => {
    for (const [key, { expiresAt }] of identities) if (expiresAt <= now) identities.delete(key);
  };
  return {
    async remember(sessionToken, identity, now) {
      if (identities.size >= capacity) forgetExpired(now);
      if (identities.size >= capacity) throw new Error(`${capacity} sessions that live`);
      identities.set(digestSessionToken(sessionToken), identity);
    },
    find: async sessionToken => identities.get(digestSessionToken(sessionToken)),
  };
}

/** For a deployment without a table of them, which gives no sessions of AWS: none was given, and none can be kept. */
export const noIdentities: IdentityStore = {
  remember: () => Promise.reject(new Error('KITE_STS_IDENTITY_TABLE is not set')),
  find: async () => undefined,
};

/** The table's key, and the attribute by which DynamoDB deletes: days late, so whoever reads compares the time. */
export const IDENTITY_TABLE = { key: 'session', expiry: 'expires_at' } as const;

function writeOrigin(origin: Origin): TableItem {
  const { issuer, keyId, organization, pipeline, organizationId, pipelineId, role } = origin;
  return Object.fromEntries(
    Object.entries({
      issuer,
      key_id: keyId,
      organization,
      pipeline,
      organization_id: organizationId,
      pipeline_id: pipelineId,
      role,
    }).flatMap(([name, value]) => (value === undefined ? [] : [[name, { S: value }]])),
  );
}

function readOrigin(item: TableItem): Origin | undefined {
  return (
    item['issuer'] && {
      issuer: readTextAttribute(item, 'issuer'),
      keyId: readTextAttribute(item, 'key_id'),
      organization: findTextAttribute(item, 'organization'),
      pipeline: findTextAttribute(item, 'pipeline'),
      organizationId: findTextAttribute(item, 'organization_id'),
      pipelineId: findTextAttribute(item, 'pipeline_id'),
      role: findTextAttribute(item, 'role'),
    }
  );
}

/** For all processes of a deployment. */
export function createTableIdentities(table: Table): IdentityStore {
  return {
    async remember(sessionToken, { arn, userId, account, accessKeyId, expiresAt, origin }) {
      await table.put({
        [IDENTITY_TABLE.key]: { S: digestSessionToken(sessionToken) },
        [IDENTITY_TABLE.expiry]: { N: String(expiresAt) },
        arn: { S: arn },
        user_id: { S: userId },
        account: { S: account },
        access_key_id: { S: accessKeyId },
        ...(origin ? writeOrigin(origin) : {}),
      });
    },
    async find(sessionToken) {
      const item = await table.get({ [IDENTITY_TABLE.key]: { S: digestSessionToken(sessionToken) } });
      return (
        item && {
          arn: readTextAttribute(item, 'arn'),
          userId: readTextAttribute(item, 'user_id'),
          account: readTextAttribute(item, 'account'),
          accessKeyId: readTextAttribute(item, 'access_key_id'),
          expiresAt: readNumberAttribute(item, IDENTITY_TABLE.expiry) || 0,
          origin: readOrigin(item),
        }
      );
    },
  };
}
