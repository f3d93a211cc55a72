import { findingsFor, type Trusted } from '../../lib/review/targets/findings.ts';
import type { Asked } from '../../lib/review/targets/request.ts';
import { trustStatements } from '../../lib/review/targets/trust.ts';

export const BROKER = 'arn:aws:iam::111122223333:role/kite-sts-prod-eu-central-1-exchange';
export const ARN = 'arn:aws:iam::123456789012:role/deploy';
export const ID = 'kite-sts:deploy';

export const ASKED: Asked = {
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
export const TRUSTED: Trusted = { broker: BROKER, also: [], externalIds: [ID] };

export const SESSION = ['sts:TagSession', 'sts:SetSourceIdentity'];
export const by = (operator: string, id: unknown = ID) => ({
  Condition: { [operator]: { 'sts:ExternalId': id } },
});
export const allow = (principal: unknown, action: unknown, more: object = by('StringEquals')) => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  ...more,
});
export const broker = (action: unknown, more?: object) => allow({ AWS: BROKER }, action, more);
export const deny = (more: object, action: unknown = 'sts:*') => ({
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  ...more,
});
/** The second statement of a target that is right. */
export const BESIDE = broker(SESSION, {});
export const RIGHT = [broker('sts:AssumeRole'), BESIDE];

export type Statements = readonly object[];

export const codes = (statements: Statements, asked: Asked = ASKED, trusted: Trusted = TRUSTED): string[] =>
  findingsFor(
    asked,
    { arn: ARN, maxSeconds: 3600, statements: trustStatements({ Statement: statements as never }) },
    trusted,
  ).map(({ code }) => code);
