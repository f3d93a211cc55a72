import { checkTarget, type TrustedCallers } from '../../lib/review/targets/findings.ts';
import type { TargetRequest } from '../../lib/review/targets/request.ts';
import { readTrustStatements } from '../../lib/review/targets/trust.ts';

export const BROKER = 'arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange';
export const ARN = 'arn:aws:iam::123456789012:role/deploy';
export const ID = 'kite-sts:deploy';

export const ASKED: TargetRequest = {
  role: 'deploy',
  arn: ARN,
  externalId: ID,
  tags: [
    ['pipeline', undefined],
    ['stage', 'live'],
  ],
  transitiveTags: [],
  sourceIdentity: true,
  seconds: 3600,
};
export const TRUSTED: TrustedCallers = { broker: BROKER, also: [], externalIds: [ID] };

export const SESSION = ['sts:TagSession', 'sts:SetSourceIdentity'];
export function by(operator: string, id: unknown = ID) {
  return { Condition: { [operator]: { 'sts:ExternalId': id } } };
}
export function allow(principal: unknown, action: unknown, more: object = by('StringEquals')) {
  return { Effect: 'Allow', Principal: principal, Action: action, ...more };
}
export function broker(action: unknown, more?: object) {
  return allow({ AWS: BROKER }, action, more);
}
export function deny(more: object, action: unknown = 'sts:*') {
  return { Effect: 'Deny', Principal: '*', Action: action, ...more };
}
/** The second statement of a target that is right. */
export const BESIDE = broker(SESSION, {});
export const RIGHT = [broker('sts:AssumeRole'), BESIDE];

export type Statements = readonly object[];

export function codes(
  statements: Statements,
  asked: TargetRequest = ASKED,
  trusted: TrustedCallers = TRUSTED,
): string[] {
  return checkTarget(
    asked,
    { arn: ARN, maxSeconds: 3600, statements: readTrustStatements({ Statement: statements as never }) },
    trusted,
  ).map(({ code }) => code);
}
