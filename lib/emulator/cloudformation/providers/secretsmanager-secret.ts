/** AWS::SecretsManager::Secret: a secret, given or generated once; rotation and replicas are not modelled. */
import { createHash } from 'node:crypto';
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, record, text, type ValueOf } from '../shape.ts';
import { TAGS } from '../tags.ts';

const PROPERTIES = record({
  Description: text(),
  GenerateSecretString: record({
    ExcludeCharacters: text(),
    ExcludeLowercase: flag(),
    ExcludeNumbers: flag(),
    ExcludePunctuation: flag(),
    ExcludeUppercase: flag(),
    GenerateStringKey: text(),
    IncludeSpace: flag(),
    PasswordLength: integer(),
    RequireEachIncludedType: flag(),
    SecretStringTemplate: text(),
  }),
  KmsKeyId: text(),
  Name: text(),
  SecretString: text(),
  Tags: TAGS,
});
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 512;
/** Secrets Manager: PasswordLength without one. */
const PASSWORD_LENGTH = 32;
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export const secretsmanagerSecret: Provider<Properties> = {
  type: 'AWS::SecretsManager::Secret',
  properties: PROPERTIES,
  attributes: ['Id'],
  nameProperty: 'Name',
  replacedBy: ['Name'],

  async create(properties, context) {
    const Name = properties.Name ?? context.name(NAME_LENGTH_MAX);
    const { Description, Tags = [] } = properties;
    const made = await context.call('secretsmanager', 'CreateSecret', {
      Name,
      SecretString: toText(properties, context),
      Tags,
      ...(Description === undefined ? {} : { Description }),
    });
    return toMade(readText(made, 'ARN'));
  },

  async update(made, properties, { before }, context) {
    const { Description, SecretString, GenerateSecretString } = properties;
    // A generated text stays as it is for as long as the way of generating it does.
    const again =
      JSON.stringify([SecretString, GenerateSecretString]) !==
      JSON.stringify([before.SecretString, before.GenerateSecretString]);
    await context.call('secretsmanager', 'UpdateSecret', {
      SecretId: made.ref,
      ...(Description === undefined ? {} : { Description }),
      ...(again ? { SecretString: toText(properties, context) } : {}),
    });
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('secretsmanager', 'DeleteSecret', {
      SecretId: made.ref,
      ForceDeleteWithoutRecovery: true,
    });
  },
};

function toMade(arn: string): Made {
  return { physicalId: arn, ref: arn, attributes: { Id: arn } };
}

function toText(properties: Properties, context: ProviderContext): string {
  const { SecretString, GenerateSecretString: asked } = properties;
  if (SecretString !== undefined || asked === undefined) return SecretString ?? '';
  const password = generate(asked, context);
  if (asked.GenerateStringKey === undefined) return password;
  const template: unknown = JSON.parse(asked.SecretStringTemplate ?? '{}');
  return JSON.stringify(Object.assign({}, template, { [asked.GenerateStringKey]: password }));
}

function generate(asked: NonNullable<Properties['GenerateSecretString']>, context: ProviderContext): string {
  const alphabet = [
    ...(asked.ExcludeLowercase === true ? '' : LOWER),
    ...(asked.ExcludeUppercase === true ? '' : LOWER.toUpperCase()),
    ...(asked.ExcludeNumbers === true ? '' : NUMBERS),
    ...(asked.ExcludePunctuation === true ? '' : PUNCTUATION),
    ...(asked.IncludeSpace === true ? ' ' : ''),
  ].filter((character) => asked.ExcludeCharacters?.includes(character) !== true);
  const length = asked.PasswordLength ?? PASSWORD_LENGTH;
  // The same for the same resource, so that a run can be repeated; it guards nothing here.
  const bytes = Array.from({ length }, (_, at) =>
    createHash('sha256').update(`${context.id()}/${at}`).digest().readUInt32BE(0),
  );
  return bytes.map((byte) => alphabet[byte % alphabet.length] ?? '').join('');
}
