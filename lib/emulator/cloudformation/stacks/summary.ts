/** What a template declares, without a stack: ValidateTemplate and GetTemplateSummary. */
import { ServiceError } from '../../error.ts';
import type { Input, Output } from '../../service.ts';
import { isRecord } from '../shape.ts';
import type { StackRequest } from './record.ts';

type Json = Readonly<Record<string, unknown>>;

/** Types that give rights, with the property that names one. */
const RIGHTS: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

/** The members of ValidateTemplate's answer, and those that GetTemplateSummary has besides. */
export function summarise(template: Json): Output {
  const parameters = Object.entries(isRecord(template.Parameters) ? template.Parameters : {});
  const { needed, types } = capabilitiesOf(template);
  const transforms = [template.Transform ?? []].flat().map(String);
  return {
    Parameters: parameters.map(([name, declaration]) => {
      const { Default, Description, NoEcho, Type, AllowedValues } = isRecord(declaration) ? declaration : {};
      const values = Array.isArray(AllowedValues) ? AllowedValues.map(String) : undefined;
      return {
        ...{ ParameterKey: name, ParameterType: String(Type), NoEcho: String(NoEcho) === 'true' },
        ...(Default === undefined ? {} : { DefaultValue: String(Default) }),
        ...(Description === undefined ? {} : { Description: String(Description) }),
        ...(values === undefined ? {} : { ParameterConstraints: { AllowedValues: values } }),
      };
    }),
    ...(typeof template.Description === 'string' ? { Description: template.Description } : {}),
    ...(needed === undefined
      ? {}
      : {
          Capabilities: [needed],
          CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(', ')}]`,
        }),
    DeclaredTransforms: transforms,
    ResourceTypes: [...new Set(resourcesOf(template).map(({ Type }) => String(Type)))].sort(),
    Version: String(template.AWSTemplateFormatVersion ?? '2010-09-09'),
    ...(template.Metadata === undefined ? {} : { Metadata: JSON.stringify(template.Metadata) }),
  };
}

/** Refuses a request that does not say that its template may give rights. */
export function checkCapabilities({ template, capabilities }: StackRequest): void {
  const { needed } = capabilitiesOf(template);
  const named = capabilities.includes('CAPABILITY_NAMED_IAM');
  const allowed = named || (needed === 'CAPABILITY_IAM' && capabilities.includes('CAPABILITY_IAM'));
  if (needed !== undefined && !allowed)
    throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);
}

function capabilitiesOf(template: Json): { readonly needed?: string; readonly types: readonly string[] } {
  const rights = resourcesOf(template).filter(({ Type }) => Object.hasOwn(RIGHTS, String(Type)));
  const types = [...new Set(rights.map(({ Type }) => String(Type)))].sort();
  if (rights.length === 0) return { types };
  const named = rights.some(({ Type, Properties }) => {
    const property = RIGHTS[String(Type)];
    return property !== undefined && isRecord(Properties) && Properties[property] !== undefined;
  });
  return { needed: named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM', types };
}

function resourcesOf(template: Json): readonly Input[] {
  return Object.values(isRecord(template.Resources) ? template.Resources : {}).filter(isRecord);
}
