/** Stacks, resources, events and change sets as the API shows them. */
import type { Output } from '../../service.ts';
import type { StackBook } from '../book.ts';
import { isRecord } from '../shape.ts';
import { resourceDriftOf, stackDriftOf } from './drift-operations.ts';
import type { ChangeSet, ResourceRecord, StackEvent, StackRecord, StackRequest } from './record.ts';

/** A stack of DescribeStacks. */
export function showStack(record: StackRecord, book: StackBook): Output {
  const { request } = record;
  const standing = book.records.current(record.key) === record ? book.stacks.get(record.key) : undefined;
  return {
    ...summary(record),
    Parameters: showParameters(request),
    RollbackConfiguration: {},
    DisableRollback: record.rollbackDisabled,
    NotificationARNs: request.notificationArns,
    Capabilities: request.capabilities,
    Outputs: [...(standing?.outputs ?? [])].map(([name, value]) => {
      const description = outputOf(request, name).Description;
      const exported = standing?.exportNames.get(name);
      return {
        ...{ OutputKey: name, OutputValue: value },
        ...(typeof description === 'string' ? { Description: description } : {}),
        ...(exported === undefined ? {} : { ExportName: exported }),
      };
    }),
    ...(request.roleArn === undefined ? {} : { RoleARN: request.roleArn }),
    ...(record.changeSetId === undefined ? {} : { ChangeSetId: record.changeSetId }),
    Tags: request.tags,
    EnableTerminationProtection: record.protected,
  };
}

/** A stack of ListStacks, and the part of DescribeStacks that is the same. */
export function summary(record: StackRecord): Output {
  const { id, name, request, createdAt, updatedAt, deletedAt, status, reason } = record;
  const { Description } = request.template;
  return {
    ...{ StackId: id, StackName: name, StackStatus: status, CreationTime: new Date(createdAt) },
    ...(typeof Description === 'string' ? { Description, TemplateDescription: Description } : {}),
    ...(updatedAt === undefined ? {} : { LastUpdatedTime: new Date(updatedAt) }),
    ...(deletedAt === undefined ? {} : { DeletionTime: new Date(deletedAt) }),
    ...(reason === undefined ? {} : { StackStatusReason: reason }),
    DriftInformation: stackDriftOf(record),
  };
}

/** A resource, by the members that all operations share. */
export function showResource(record: StackRecord, resource: ResourceRecord): Output {
  const { logicalId, physicalId, type, status, reason } = resource;
  return {
    ...{ LogicalResourceId: logicalId, ResourceType: type, ResourceStatus: status },
    ...(physicalId === '' ? {} : { PhysicalResourceId: physicalId }),
    ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
    DriftInformation: resourceDriftOf(record, logicalId),
  };
}

export function showEvent(record: StackRecord, event: StackEvent): Output {
  const { DriftInformation: _none, ...shown } = showResource(record, event);
  return {
    ...{ StackId: record.id, StackName: record.name, EventId: event.id, Timestamp: new Date(event.at) },
    ...shown,
    ...(event.token === undefined ? {} : { ClientRequestToken: event.token }),
    ...(event.properties === undefined ? {} : { ResourceProperties: JSON.stringify(event.properties) }),
  };
}

export function showChangeSet(record: StackRecord, changeSet: ChangeSet): Output {
  return {
    ...{
      StackId: record.id,
      StackName: record.name,
      ChangeSetId: changeSet.id,
      ChangeSetName: changeSet.name,
    },
    ...{ CreationTime: new Date(changeSet.createdAt), ExecutionStatus: changeSet.execution },
    Status: changeSet.status,
    ...(changeSet.reason === undefined ? {} : { StatusReason: changeSet.reason }),
    ...(changeSet.description === undefined ? {} : { Description: changeSet.description }),
    IncludeNestedStacks: false,
  };
}

export function showParameters({ parameters, template }: StackRequest): readonly Output[] {
  const declared = isRecord(template.Parameters) ? template.Parameters : {};
  return parameters.map((parameter) => {
    const declaration = declared[parameter.ParameterKey];
    const secret = isRecord(declaration) && String(declaration.NoEcho) === 'true';
    return secret ? { ParameterKey: parameter.ParameterKey, ParameterValue: '****' } : { ...parameter };
  });
}

function outputOf({ template }: StackRequest, name: string): Readonly<Record<string, unknown>> {
  const outputs = isRecord(template.Outputs) ? template.Outputs : {};
  const output = outputs[name];
  return isRecord(output) ? output : {};
}
