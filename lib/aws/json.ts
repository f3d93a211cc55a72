import { type JsonObject, parseJsonObject } from '../http/json.ts';
import { AwsError, type AwsFault, type AwsSetting, type CallOptions, createAwsCall } from './call.ts';

export type { JsonObject } from '../http/json.ts';

/** A service that takes and gives JSON, the operation's name in a header. */
export type JsonService = {
  /** As it stands in its endpoint and in what is signed. */
  readonly name: string;
  /** The name of its model, before the operation in `x-amz-target`. */
  readonly model: string;
  readonly version: '1.0' | '1.1';
};

export const KMS: JsonService = { name: 'kms', model: 'TrentService', version: '1.1' };
export const SECRETS: JsonService = { name: 'secretsmanager', model: 'secretsmanager', version: '1.1' };
export const DYNAMODB: JsonService = { name: 'dynamodb', model: 'DynamoDB_20120810', version: '1.0' };

function readJsonFault(body: string): AwsFault | undefined {
  const { __type: type, message, Message } = parseJsonObject(body) ?? {};
  if (typeof type !== 'string') return undefined;
  // Some services write the namespace of their model before the name.
  return { code: type.slice(type.lastIndexOf('#') + 1), message: String(message ?? Message ?? '') };
}

/** A success that cannot be read says neither yes nor no: taken for an empty one, a table would hold nothing. */
export function createUnreadableError(operation: string): AwsError {
  return new AwsError(
    { code: 'AnswerUnreadable', message: `${operation} answered what cannot be read` },
    200,
    true,
  );
}

/** Asks for one operation: the object of its success, or `AwsError`. */
export type JsonCall = (operation: string, input: JsonObject, course?: CallOptions) => Promise<JsonObject>;

export function createJsonCall(service: JsonService, setting: AwsSetting): JsonCall {
  const { name, model, version } = service;
  const call = createAwsCall({ name, readFault: readJsonFault }, setting);
  return async (operation, input, course) => {
    const headers = {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${model}.${operation}`,
    };
    const said = parseJsonObject(await call(headers, JSON.stringify(input), course));
    if (!said) throw createUnreadableError(operation);
    return said;
  };
}
