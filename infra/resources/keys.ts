import {
  allow,
  createPolicy,
  getAttribute,
  type IamStatement,
  type Reference,
  type Resource,
  type Resources,
  substitute,
} from '../cloudformation.ts';

/** The two keys that are published. One signs; the other is known to verifiers long before it ever does. */
export const KEYS = { first: 'FirstSigningKey', second: 'SecondSigningKey' } as const;
export type KeyName = keyof typeof KEYS;

/** The keys' logical ids, the one that signs before the other. */
export function orderSigningKeys(signingKey: KeyName): readonly [signs: string, next: string] {
  return signingKey === 'first' ? [KEYS.first, KEYS.second] : [KEYS.second, KEYS.first];
}

export function getKeyArn(id: string): Reference {
  return getAttribute(id, 'Arn');
}

/** All that we ever ask of KMS when we sign: RS256, and a digest where the text is longer than the 4096 bytes it takes. */
export const SIGNING = {
  StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': ['DIGEST', 'RAW'] },
} as const;

// Whoever administers IAM in the account keeps the key; neither signing nor grants of it are among these.
const ADMINISTRATION = [
  ...['CancelKeyDeletion', 'DescribeKey', 'DisableKey', 'EnableKey', 'GetKeyPolicy', 'GetKeyRotationStatus'],
  ...['ListGrants', 'ListKeyPolicies', 'ListResourceTags', 'PutKeyPolicy', 'RevokeGrant'],
  ...['ScheduleKeyDeletion', 'TagResource', 'UntagResource', 'UpdateKeyDescription'],
].map(action => `kms:${action}`);

const ACCOUNT = { AWS: substitute('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') };
// In a key's own policy * is that key; AWS takes nothing else there.
const THIS_KEY = ['*'];

/**
 * The account as principal, narrowed by aws:PrincipalArn, and not the role itself: so that the role's own policy
 * must agree too, and that the key outlives a role that is made anew (a principal turns into a dead id then).
 */
export function allowUse(
  Sid: string,
  Action: string,
  roles: readonly string[],
  more: object = {},
): IamStatement {
  return {
    Sid,
    Effect: 'Allow',
    Principal: ACCOUNT,
    Action: [Action],
    Resource: THIS_KEY,
    Condition: { ArnEquals: { 'aws:PrincipalArn': roles.map(id => getAttribute(id, 'Arn')) }, ...more },
  };
}

const USAGES = { RSA_2048: 'SIGN_VERIFY', SYMMETRIC_DEFAULT: 'ENCRYPT_DECRYPT' } as const;

type KeySetting = {
  readonly says: string;
  readonly spec: keyof typeof USAGES;
  /** Days for which a key that is deleted can be had back. */
  readonly pending: number;
};

/** Creates a key with a policy of its own: the account administers it, and these use it. */
export function createKey(setting: KeySetting, ...uses: readonly IamStatement[]): Resource {
  const { says, spec, pending } = setting;
  return {
    Type: 'AWS::KMS::Key',
    Properties: {
      Description: substitute(`kite-sts \${AWS::StackName}: ${says}`),
      KeySpec: spec,
      KeyUsage: USAGES[spec],
      PendingWindowInDays: pending,
      KeyPolicy: createPolicy(
        {
          Sid: 'Administer',
          Effect: 'Allow',
          Principal: ACCOUNT,
          Action: ADMINISTRATION,
          Resource: THIS_KEY,
        },
        ...uses,
      ),
    },
  };
}

function createKmsKey(which: KeyName, signers: readonly string[], readers: readonly string[]): Resource {
  return {
    ...createKey(
      { says: `the ${which} signing key`, spec: 'RSA_2048', pending: 30 },
      allowUse('Publish', 'kms:GetPublicKey', [...signers, ...readers]),
      // On both keys: which of them signs is said by the role's own rights, without a gap when they swap.
      allowUse('Sign', 'kms:Sign', signers, SIGNING),
    ),
    // Tokens outlive a stack, and a key that is gone can never be had back. One that has signed nothing may go.
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  };
}

/**
 * Two keys, both in our JWKS. To rotate: set `signingKey` to the other one and deploy. Verifiers have known it
 * since it was made, and the one before stays published for the tokens that it signed.
 */
export function createSigningKeys(signers: readonly string[], readers: readonly string[]): Resources {
  return {
    [KEYS.first]: createKmsKey('first', signers, readers),
    [KEYS.second]: createKmsKey('second', signers, readers),
  };
}

/** Whoever publishes them needs this beside what the keys' own policies say. */
export const mayPublish: IamStatement = allow(
  'ReadPublicKeys',
  ['kms:GetPublicKey'],
  Object.values(KEYS).map(getKeyArn),
);

/** Writes the right to sign, which is needed beside what the key's own policy says. */
export function allowSigning(which: KeyName): IamStatement {
  return allow('Sign', ['kms:Sign'], [getKeyArn(KEYS[which])], { Condition: SIGNING });
}
