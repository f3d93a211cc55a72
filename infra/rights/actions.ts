/** Actions by the service that they are of, a space between two. */
type ActionWords = { readonly [service: string]: string };

/**
 * Which rights CloudFormation needs for a type of resource that we deploy: the actions that the type's public schema
 * declares (`handlers`), less those for properties that we never set. These stand in `without`, so that a reader of the
 * schema finds each of its actions in one of the two, but for lists of all that an account has, which are never asked for.
 */
export type TypeActions = {
  readonly given: ActionWords;
  readonly without?: ActionWords;
  readonly why?: string;
};

/** Lists actions as IAM writes them. */
export function listDeployActions(words: ActionWords): readonly string[] {
  return Object.entries(words).flatMap(([service, actions]) =>
    actions.split(/\s+/).map(action => `${service}:${action}`),
  );
}

const NETWORK = 'DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeNetworkInterfaces';
/** Of a function, where `provider.vpc` is set alone. */
export const VPC_ACTIONS = listDeployActions({ ec2: NETWORK });

/**
 * By type. The schema of AWS::IAM::Role is https://schema.cloudformation.us-east-1.amazonaws.com/aws-iam-role.json, and so on.
 */
export const TYPE_ACTIONS: { readonly [type: string]: TypeActions } = {
  'AWS::ApiGatewayV2::Api': {
    given: { apigateway: 'DELETE GET PATCH POST PUT' },
    without: { s3: 'getObject' },
    why: 'The API is written out, and imported from no file.',
  },
  'AWS::ApiGatewayV2::ApiMapping': { given: { apigateway: 'DELETE GET PATCH POST PUT' } },
  'AWS::ApiGatewayV2::DomainName': { given: { apigateway: 'DELETE GET PATCH POST PUT' } },
  'AWS::ApiGatewayV2::Integration': {
    given: { apigateway: 'DELETE GET PATCH POST PUT' },
    without: { iam: 'PassRole' },
    why: 'No integration has a role: functions say themselves who may invoke them.',
  },
  'AWS::ApiGatewayV2::Route': { given: { apigateway: 'DELETE GET PATCH POST PUT' } },
  'AWS::ApiGatewayV2::Stage': { given: { apigateway: 'DELETE GET PATCH POST TagResource UntagResource' } },
  'AWS::CloudWatch::Alarm': {
    given: {
      cloudwatch: `DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource`,
    },
  },
  'AWS::CloudWatch::Dashboard': {
    given: {
      cloudwatch: `DeleteDashboards GetDashboard ListTagsForResource PutDashboard TagResource UntagResource`,
    },
    without: { cloudwatch: 'ListDashboards' },
    why: 'To list all of the account is never asked for.',
  },
  'AWS::DynamoDB::Table': {
    given: {
      dynamodb: `CreateTable DeleteResourcePolicy DeleteTable DescribeContinuousBackups
      DescribeContributorInsights DescribeKinesisStreamingDestination DescribeTable DescribeTimeToLive
      GetResourcePolicy ListTagsOfResource PutResourcePolicy TagResource UntagResource UpdateContinuousBackups
      UpdateTable UpdateTimeToLive`,
    },
    without: {
      dynamodb: `AssociateTableReplica BatchWriteItem CreateTableReplica DeleteItem DescribeImport
        DisableKinesisStreamingDestination EnableKinesisStreamingDestination GetItem ImportTable ListTables
        PutItem Query Scan UpdateContributorInsights UpdateItem UpdateKinesisStreamingDestination`,
      iam: 'CreateServiceLinkedRole',
      kinesis: 'DescribeStream PutRecords',
      kms: 'CreateGrant Decrypt DescribeKey Encrypt ListAliases RevokeGrant',
      logs: `CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams PutLogEvents
        PutRetentionPolicy`,
      s3: 'GetObject GetObjectMetadata ListBucket',
    },
    why: 'Whoever deploys reads and writes no item; tables have no replica, stream, import or key of their own.',
  },
  'AWS::Events::Rule': {
    given: {
      events: `DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule PutTargets RemoveTargets
      TagResource UntagResource`,
    },
    without: { events: 'ListRules', iam: 'PassRole' },
    why: 'No rule has a role: functions say themselves who may invoke them.',
  },
  'AWS::IAM::ManagedPolicy': {
    given: {
      iam: `AttachRolePolicy CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion
      DetachRolePolicy GetPolicy GetPolicyVersion ListEntitiesForPolicy ListPolicyVersions`,
    },
    without: { iam: `AttachGroupPolicy AttachUserPolicy DetachGroupPolicy DetachUserPolicy ListPolicies` },
    why: 'They are of one role, and of no user or group.',
  },
  'AWS::IAM::Policy': {
    given: { iam: 'DeleteRolePolicy GetRolePolicy PutRolePolicy' },
    without: {
      iam: `DeleteGroupPolicy DeleteUserPolicy GetGroupPolicy GetUserPolicy PutGroupPolicy PutUserPolicy`,
    },
    why: 'They are of roles, and of no user or group.',
  },
  'AWS::IAM::Role': {
    given: {
      iam: `CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies
      ListRolePolicies PutRolePermissionsBoundary TagRole UntagRole UpdateRole`,
    },
    without: {
      iam: `AttachRolePolicy DeleteRolePermissionsBoundary DetachRolePolicy ListRoles PutRolePolicy
      UpdateAssumeRolePolicy UpdateRoleDescription`,
    },
    why: 'Policies stand beside the role, whose trust is always that of Lambda, and whose boundary is never taken away.',
  },
  'AWS::KMS::Key': {
    given: {
      kms: `CreateKey DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy
      ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription`,
    },
    without: { kms: 'DisableKey DisableKeyRotation EnableKey EnableKeyRotation ListKeys' },
    why: 'No key is switched off or rotated by the template.',
  },
  'AWS::Lambda::EventInvokeConfig': {
    given: {
      lambda: `DeleteFunctionEventInvokeConfig GetFunctionEventInvokeConfig PutFunctionEventInvokeConfig
      UpdateFunctionEventInvokeConfig`,
    },
    without: { lambda: 'ListFunctionEventInvokeConfigs' },
    why: 'To list all is never asked for.',
  },
  'AWS::Lambda::Function': {
    given: {
      iam: 'PassRole',
      lambda: `CreateFunction DeleteFunction DeleteFunctionConcurrency GetFunction
        GetFunctionCodeSigningConfig GetFunctionRecursionConfig GetFunctionScalingConfig
        GetRuntimeManagementConfig PutFunctionConcurrency PutRuntimeManagementConfig TagResource UntagResource
        UpdateFunctionCode UpdateFunctionConfiguration`,
      s3: 'GetObject',
    },
    without: {
      ec2: NETWORK,
      elasticfilesystem: 'DescribeMountTargets',
      kms: 'CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey',
      lambda: `DeleteFunctionCodeSigningConfig GetCodeSigningConfig GetLayerVersion ListFunctions
        PassCapacityProvider PublishVersion PutFunctionCodeSigningConfig PutFunctionRecursionConfig
        PutFunctionScalingConfig`,
      s3: 'GetObjectVersion',
      s3files: 'ListMountTargets',
    },
    why: 'No function has a layer, a file system, a key or a version; those of the network are for provider.vpc alone.',
  },
  'AWS::Lambda::Permission': { given: { lambda: 'AddPermission GetPolicy RemovePermission' } },
  'AWS::Lambda::Url': {
    given: {
      lambda: `CreateFunctionUrlConfig DeleteFunctionUrlConfig GetFunctionUrlConfig UpdateFunctionUrlConfig`,
    },
    without: { lambda: 'ListFunctionUrlConfigs' },
    why: 'To list all is never asked for.',
  },
  'AWS::Logs::LogGroup': {
    given: {
      logs: `CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DescribeIndexPolicies DescribeLogGroups
      DescribeResourcePolicies GetDataProtectionPolicy ListTagsForResource PutRetentionPolicy TagResource
      UntagResource`,
    },
    without: {
      firehose: 'TagDeliveryStream',
      logs: `AssociateKmsKey CreateLogDelivery DeleteDataProtectionPolicy DeleteIndexPolicy
        DeleteResourcePolicy DisassociateKmsKey PutBearerTokenAuthentication PutDataProtectionPolicy
        PutIndexPolicy PutLogGroupDeletionProtection PutResourcePolicy`,
      s3: 'REST.PUT.OBJECT',
    },
    why: 'No group has a key, an index or a policy of its own; deliveries are those of the access log.',
  },
  'AWS::Logs::MetricFilter': { given: { logs: 'DeleteMetricFilter DescribeMetricFilters PutMetricFilter' } },
  'AWS::Route53::RecordSet': {
    given: { route53: 'ChangeResourceRecordSets GetChange GetHostedZone ListResourceRecordSets' },
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
    why: 'Its schema declares no rights; these are what its requests are called.',
  },
  'AWS::S3::Bucket': {
    given: {
      s3: `CreateBucket DeleteBucket GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac
      GetBucketCORS GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
      GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPublicAccessBlock GetBucketTagging
      GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
      GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration
      ListBucket ListTagsForResource PutBucketTagging PutEncryptionConfiguration TagResource UntagResource`,
    },
    why: 'The bucket of the Serverless Framework is encrypted, and sets nothing else that its schema has actions for.',
  },
  'AWS::S3::BucketPolicy': {
    given: { s3: 'DeleteBucketPolicy GetBucketPolicy PutBucketPolicy' },
    without: { s3: 'ListAllMyBuckets' },
    why: 'To list all is never asked for.',
  },
};
