/** What a user of each service should know before relying on it, beside what is refused by its name. */
export const KNOWN_LIMITS: Readonly<Record<string, readonly string[]>> = {
  sqs: ['Policies and keys are kept and shown; nobody is refused and nothing is encrypted.'],
  dynamodb: ['Capacity is reported as consumed and never runs out; nothing is encrypted or backed up.'],
  lambda: [
    'Functions run on the Node.js of this process (nodejs20.x and later), each environment in a thread.',
    'A bundle without the AWS SDK gets that of the folder where the emulator was started, else its own.',
    'Code comes as a zip in the request or in the emulated S3, or from a folder. Layers are refused.',
    'Destinations: SQS, SNS, EventBridge and functions; of streams SQS and SNS. Dead letters: SQS and SNS.',
    'An alias names one version; weights are refused. Provisioned concurrency is without effect.',
    'A zip may hold 250 MB unpacked; links and permissions in it are not kept.',
  ],
  cloudformation: [
    'What is asked for is done when the call is answered; the statuses on the way stand in the events.',
    'Templates are JSON or YAML. Nested stacks, imports of resources and macros are refused.',
    'The bootstrap stack need not exist: its bucket, its roles and its version are there for every account.',
    'Rules and stack policies are not evaluated; dynamic references ({{resolve:…}}) are refused.',
    'A log group or an alarm of a stack is taken without effect: Logs and CloudWatch do not show it.',
  ],
  s3: [
    'A bucket stands first in the path, or before a host that ends in localhost, emulator or amazonaws.com.',
    'There are no versions, and access control, locks and customer keys are refused or without effect.',
    'Of lifecycle rules only the expiry of objects is served, by days or date, at midnight (UTC).',
    'A request holds at most 128 MiB; a part of an upload at least 5 MiB, but for the last.',
    'Checksums: CRC32, CRC32C, CRC64NVME, SHA-1, SHA-256, SHA-512 and MD5; of whole objects only.',
    'Buckets answer in every region; there is no redirect to the right one.',
  ],
  sts: ["Credentials of any role are given to anyone; their key id is the id of the role's account."],
  iam: ['Nobody is refused anything, so policies are not served. Roles of stacks are shown.'],
  ssm: ['Parameters have one version, the last; SecureString is kept as it is. Expiry policies are refused.'],
  logs: [
    "What functions print is here, in the group and the stream of the function's environment.",
    'A group keeps its newest 10,000 events. Patterns are words; those of JSON and fields are refused.',
  ],
  cloudwatch: [
    'Metrics are what clients put; no service measures itself. Minutes are the finest period.',
    'Statistics: SampleCount, Sum, Average, Minimum, Maximum. Expressions and percentiles are refused.',
    'Alarms are kept and shown; none is evaluated, and SetAlarmState does no action.',
  ],
  eventbridge: ['Targets: SQS, Lambda, SNS and other buses; patterns are those of the classic bus.'],
  scheduler: [
    'Targets are invoked within 60 s of their time, by chance and seed, or as schedulerPrecisionMs says.',
    'Targets: SQS, Lambda, SNS, EventBridge, and universal ones of every operation served here.',
    'Roles and keys are kept and shown; nobody is refused and nothing is encrypted.',
    'Nothing is throttled, a deleted group is gone at once, and a completed schedule too if it asks for it.',
    'One-time schedules whose time is over fire at once. What others miss while this is off is lost.',
  ],
  secretsmanager: ['A secret has its current and its previous value; nothing is rotated or replicated.'],
};
