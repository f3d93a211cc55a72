import {
  allow,
  createPolicy,
  getAttribute,
  type IamPolicy,
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
  'kms:CancelKeyDeletion',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];

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

/** A key's own policy: the account administers it, and these use it. */
export function createKeyPolicy(...uses: readonly IamStatement[]): IamPolicy {
  return createPolicy(
    { Sid: 'Administer', Effect: 'Allow', Principal: ACCOUNT, Action: ADMINISTRATION, Resource: THIS_KEY },
    ...uses,
  );
}

function createSigningKeyResource(
  which: KeyName,
  signers: readonly string[],
  readers: readonly string[],
): Resource {
  return {
    Type: 'AWS::KMS::Key',
    // Tokens outlive a stack, and a key that is gone can never be had back. One that has signed nothing may go.
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Description: substitute(`kite-sts \${AWS::StackName}: the ${which} signing key`),
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      PendingWindowInDays: 30,
      KeyPolicy: createKeyPolicy(
        allowUse('Publish', 'kms:GetPublicKey', [...signers, ...readers]),
        // On both keys: which of them signs is said by the role's own rights, without a gap when they swap.
        allowUse('Sign', 'kms:Sign', signers, SIGNING),
      ),
    },
  };
}

/**
 * Two keys, both in our JWKS. To rotate: set `signingKey` to the other one and deploy. Verifiers have known it
 * since it was made, and the one before stays published for the tokens that it signed.
 */
export function createSigningKeys(signers: readonly string[], readers: readonly string[]): Resources {
  return {
    [KEYS.first]: createSigningKeyResource('first', signers, readers),
    [KEYS.second]: createSigningKeyResource('second', signers, readers),
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
