/**
 * The operations that are served of services which are served in part: only their shapes are dumped. The
 * others are known by name, and refused by it.
 */
export const SERVED: Readonly<Record<string, readonly string[]>> = {
  cloudformation: [
    ...['CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet', 'DeleteChangeSet', 'ListChangeSets'],
    ...['CreateStack', 'UpdateStack', 'DeleteStack', 'DescribeStacks', 'DescribeStackEvents', 'ListStacks'],
    ...['DescribeStackResource', 'DescribeStackResources', 'ListStackResources', 'ListExports'],
    ...['ListImports', 'GetTemplate', 'GetTemplateSummary', 'ValidateTemplate'],
    ...['UpdateTerminationProtection', 'RollbackStack', 'DetectStackDrift', 'DetectStackResourceDrift'],
    ...['DescribeStackDriftDetectionStatus', 'DescribeStackResourceDrifts'],
  ],
  sts: ['GetCallerIdentity', 'AssumeRole', 'GetSessionToken'],
  iam: ['GetRole', 'CreateRole', 'DeleteRole', 'GetUser'],
  ssm: [
    ...['GetParameter', 'GetParameters', 'GetParametersByPath', 'PutParameter', 'DeleteParameter'],
    ...['DeleteParameters', 'DescribeParameters'],
  ],
  s3: [
    ...['CreateBucket', 'DeleteBucket', 'HeadBucket', 'GetBucketLocation', 'ListBuckets'],
    ...['GetBucketEncryption', 'PutBucketEncryption', 'DeleteBucketEncryption', 'GetBucketVersioning'],
    ...['PutBucketLifecycleConfiguration', 'GetBucketLifecycleConfiguration', 'DeleteBucketLifecycle'],
    ...['ListObjects', 'ListObjectsV2', 'PutObject', 'GetObject', 'HeadObject', 'CopyObject'],
    ...['DeleteObject', 'DeleteObjects', 'GetObjectTagging', 'PutObjectTagging', 'DeleteObjectTagging'],
    ...['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload'],
    ...['ListParts', 'ListMultipartUploads', 'UploadPartCopy'],
  ],
  logs: [
    ...['CreateLogGroup', 'DeleteLogGroup', 'DescribeLogGroups', 'PutRetentionPolicy'],
    ...['DeleteRetentionPolicy', 'CreateLogStream', 'DeleteLogStream', 'DescribeLogStreams'],
    ...['PutLogEvents', 'GetLogEvents', 'FilterLogEvents', 'TagResource', 'UntagResource'],
    ...['ListTagsForResource'],
  ],
  cloudwatch: [
    ...['PutMetricData', 'GetMetricData', 'GetMetricStatistics', 'ListMetrics', 'PutMetricAlarm'],
    ...['DescribeAlarms', 'DeleteAlarms', 'SetAlarmState'],
  ],
  secretsmanager: [
    ...['CreateSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecret', 'DescribeSecret'],
    ...['DeleteSecret', 'ListSecrets'],
  ],
};
