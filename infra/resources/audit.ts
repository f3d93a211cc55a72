import type { Config } from '../../lib/config/load.ts';
import { allow, type IamStatement, substitute } from '../cloudformation.ts';

const PLACES = {
  firehose: {
    action: 'firehose:PutRecord',
    resource: 'firehose:${AWS::Region}:${AWS::AccountId}:deliverystream',
  },
  eventbridge: { action: 'events:PutEvents', resource: 'events:${AWS::Region}:${AWS::AccountId}:event-bus' },
} as const;

/** To add to the stream or bus of broker.yml, which is its owner's: it is not made here, and nothing is read from it. */
export function listAuditRights(config: Config): readonly IamStatement[] {
  if (!config.audit) return [];
  const { action, resource } = PLACES[config.audit.sink];
  return [allow('Audit', [action], [substitute(`arn:\${AWS::Partition}:${resource}/${config.audit.to}`)])];
}
