import { type Resource, type Resources, substitute } from '../cloudformation.ts';

export function createLogGroup(RetentionInDays: number, more: object = {}): Resource {
  return { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays, ...more } };
}

/** A log with audit events in it: it outlives the stack, as evidence should. */
export function createEvidenceGroup(days: number): Resource {
  return { ...createLogGroup(days), DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
}

/**
 * The log groups. The Serverless Framework makes those of the functions and names them; this adds how long they
 * keep. Audit events of exchanges are in the exchange's own.
 */
export function createLogGroups(days: number): Resources {
  return {
    ExchangeLogGroup: createEvidenceGroup(days),
    DiscoveryLogGroup: createLogGroup(days),
    // Below this prefix the gateway may write without a line for each group in the account's one resource policy, which is full
    // after some: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    AccessLogGroup: createLogGroup(days, {
      LogGroupName: substitute('/aws/vendedlogs/${AWS::StackName}-access'),
    }),
  };
}

/**
 * One line a request at the gateway. Nothing that a caller wrote: no header, query or body, where a token may
 * stand, and the route instead of the path, into which a lost client may put one as well (threat T57).
 */
export const ACCESS_LOG = {
  request_id: '$context.requestId',
  function_request_id: '$context.integration.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  source_address: '$context.identity.sourceIp',
  protocol: '$context.protocol',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
  function_ms: '$context.integration.latency',
  function_status: '$context.integration.status',
  error: '$context.error.responseType',
} as const;
