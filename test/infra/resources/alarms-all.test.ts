import { expect, test } from 'vitest';
import { createTemplate } from '../../../infra/template.ts';
import { loadConfig } from '../../../lib/config/load.ts';
import { optionsFrom, STACK } from '../../harness/deploy.ts';
import { FLEET } from '../../harness/fleet.ts';
import { folderOf } from '../../harness/local.ts';
import { fillStack } from '../../harness/stack.ts';

/** Every alarm of a deployment that has all parts: what it watches, of whom, and when it rings. */
const ALL = {
  RotationErrorsAlarm: 'AWS/Lambda Errors of Rotation Sum >= 1, 1 × 300 s',
  RotationMissedAlarm: 'AWS/Lambda Invocations of Rotation Sum < 1, 1 × 10800 s',
  SealedKeyNotUsedAlarm: 'SealedKeyNotUsed Sum >= 1, 1 × 300 s',
  AuthorizerErrorsAlarm: 'AWS/Lambda Errors of Authorizer Sum >= 1, 1 × 300 s',
  AuthorizerThrottlesAlarm: 'AWS/Lambda Throttles of Authorizer Sum >= 1, 1 × 300 s',
  ClockOffAlarm: 'ClockOff Sum >= 1, 1 × 900 s',
  DeniedJobFinishedAlarm: 'Denied reason=job_finished Sum >= 1, 1 × 300 s',
  DeniedApprovalMissingAlarm: 'Denied reason=approval_missing Sum >= 20, 1 × 300 s',
  DeniedApprovalTooOldAlarm: 'Denied reason=approval_too_old Sum >= 20, 1 × 300 s',
  FailedJobNotSeenAlarm: 'Failed code=job_not_seen Sum >= 3, 1 × 300 s',
  FailedJobsUnavailableAlarm: 'Failed code=jobs_unavailable Sum >= 1, 1 × 300 s',
  EventsErrorsAlarm: 'AWS/Lambda Errors of Events Sum >= 1, 1 × 300 s',
  EventsThrottlesAlarm: 'AWS/Lambda Throttles of Events Sum >= 1, 1 × 300 s',
  EventsRefusedAlarm: 'EventsRefused Sum >= 1, 1 × 300 s',
  DemandsSuspendedAlarm: 'DemandsSuspended Sum >= 1, 1 × 300 s',
  RefresherErrorsAlarm: 'AWS/Lambda Errors of Refresher Sum >= 3, 1 × 900 s',
  RefresherMissedAlarm: 'AWS/Lambda Invocations of Refresher Sum < 1, 1 × 900 s',
  DeniedTokenAlreadyUsedAlarm: 'Denied reason=token_already_used Sum >= 1, 1 × 300 s',
  DeniedExplicitlyDeniedAlarm: 'Denied reason=explicitly_denied Sum >= 5, 1 × 300 s',
  DeniedIssuerSwitchedOffAlarm: 'Denied reason=issuer_switched_off Sum >= 1, 1 × 300 s',
  DeniedKeySwitchedOffAlarm: 'Denied reason=key_switched_off Sum >= 1, 1 × 300 s',
  DeniedCallerSwitchedOffAlarm: 'Denied reason=caller_switched_off Sum >= 1, 1 × 300 s',
  DeniedRoleSwitchedOffAlarm: 'Denied reason=role_switched_off Sum >= 1, 1 × 300 s',
  DeniedGuardNotMetAlarm: 'Denied reason=guard_not_met Sum >= 5, 1 × 300 s',
  DeniedRoleUnknownAlarm: 'Denied reason=role_unknown Sum >= 10, 1 × 300 s',
  DeniedAudienceDiffersAlarm: 'Denied reason=audience_differs Sum >= 10, 1 × 300 s',
  DeniedNoStatementHoldsAlarm: 'Denied reason=no_statement_holds Sum >= 20, 1 × 300 s',
  DeniedRoleDisabledAlarm: 'Denied reason=role_disabled Sum >= 20, 1 × 300 s',
  DeniedKindDiffersAlarm: 'Denied reason=kind_differs Sum >= 20, 1 × 300 s',
  DeniedScopeBeyondGrantAlarm: 'Denied reason=scope_beyond_grant Sum >= 20, 1 × 300 s',
  DeniedSecondsAboveMaximumAlarm: 'Denied reason=seconds_above_maximum Sum >= 20, 1 × 300 s',
  DeniedSecondsBelowMinimumAlarm: 'Denied reason=seconds_below_minimum Sum >= 20, 1 × 300 s',
  DeniedClaimNotUsableAlarm: 'Denied reason=claim_not_usable Sum >= 20, 1 × 300 s',
  DeniedSessionPolicyRefusedAlarm: 'Denied reason=session_policy_refused Sum >= 20, 1 × 300 s',
  DeniedSingleUseNotHereAlarm: 'Denied reason=single_use_not_here Sum >= 20, 1 × 300 s',
  DeniedSessionPolicyTooLargeAlarm: 'Denied reason=session_policy_too_large Sum >= 20, 1 × 300 s',
  DeniedTagTooLongAlarm: 'Denied reason=tag_too_long Sum >= 20, 1 × 300 s',
  FailedBrokerCredentialsUnavailableAlarm: 'Failed code=broker_credentials_unavailable Sum >= 1, 1 × 300 s',
  FailedBrokerMisconfiguredAlarm: 'Failed code=broker_misconfigured Sum >= 1, 1 × 300 s',
  FailedInternalErrorAlarm: 'Failed code=internal_error Sum >= 1, 1 × 300 s',
  FailedIssuerKeysUnavailableAlarm: 'Failed code=issuer_keys_unavailable Sum >= 1, 1 × 300 s',
  FailedStoreUnavailableAlarm: 'Failed code=store_unavailable Sum >= 1, 1 × 300 s',
  FailedSwitchesUnavailableAlarm: 'Failed code=switches_unavailable Sum >= 1, 1 × 300 s',
  FailedProviderUnavailableAlarm: 'Failed code=provider_unavailable Sum >= 3, 1 × 300 s',
  FailedProviderRefusedAlarm: 'Failed code=provider_refused Sum >= 5, 1 × 300 s',
  UpstreamThrottledAlarm: 'UpstreamThrottled Sum >= 1, 1 × 300 s',
  RateLimitedAlarm: 'RateLimited Sum >= 20, 1 × 300 s',
  AuditUnavailableAlarm: 'AuditUnavailable Sum >= 1, 1 × 300 s',
  IdentitiesUnavailableAlarm: 'IdentitiesUnavailable Sum >= 1, 1 × 300 s',
  IssuerKeysNotTakenAlarm: 'IssuerKeysNotTaken Sum >= 3, 1 × 300 s',
  IssuerKeysUnprovenAlarm: 'IssuerKeysUnproven Sum >= 1, 1 × 300 s',
  IssuerKeysNotSharedAlarm: 'IssuerKeysNotShared Sum >= 1, 1 × 300 s',
  ExchangeErrorsAlarm: 'AWS/Lambda Errors of Exchange Sum >= 1, 1 × 300 s',
  ExchangeThrottlesAlarm: 'AWS/Lambda Throttles of Exchange Sum >= 1, 1 × 300 s',
  DiscoveryErrorsAlarm: 'AWS/Lambda Errors of Discovery Sum >= 1, 1 × 300 s',
  DiscoveryThrottlesAlarm: 'AWS/Lambda Throttles of Discovery Sum >= 1, 1 × 300 s',
  ApiErrorsAlarm: 'AWS/ApiGateway 5xx of HttpApi Sum >= 5, 1 × 300 s',
  ApiLatencyAlarm: 'AWS/ApiGateway Latency of HttpApi p99 >= 3000, 3 × 300 s',
};

type Read = {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly Period: number;
};

const SIGNS: { readonly [operator: string]: string } = {
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
};

function describeAlarm(read: Read): string {
  const namespace = read.Namespace === 'kite-sts/sts' ? '' : `${read.Namespace} `;
  const by = read.Dimensions.map(({ Name, Value }) =>
    Value.startsWith('sts-') ? ` of ${Value.replace(/^sts-|LambdaFunction$/g, '')}` : ` ${Name}=${Value}`,
  );
  const when = `${read.Statistic ?? read.ExtendedStatistic} ${SIGNS[read.ComparisonOperator]} ${read.Threshold}`;
  return `${namespace}${read.MetricName}${by.join('')} ${when}, ${read.EvaluationPeriods} × ${read.Period} s`;
}

test('T-9: each alarm watches what it is named after, of that function, and rings where operate.md says', () => {
  const { config } = loadConfig(folderOf(FLEET));
  if (!config) throw new Error('the fleet does not load');
  const made = createTemplate({ config, options: optionsFrom({ signing: 'sealed' }), stack: STACK });
  const stack = fillStack(made);
  const alarms = Object.entries(made.resources.Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => [id, describeAlarm(stack.fill(Properties) as Read)]);
  expect(Object.fromEntries(alarms)).toEqual(ALL);
});
