import { startBudget } from '../http/retry.ts';
import { AwsError, type AwsSetting } from './call.ts';
import { createJsonCall, createUnreadableError, DYNAMODB, type JsonObject } from './json.ts';

/** A value as DynamoDB writes it: text, a number, or bytes in base64. */
export type Attribute = { readonly S: string } | { readonly N: string } | { readonly B: string };
export type TableItem = { readonly [name: string]: Attribute };

/** Reads an attribute of text; undefined where there is none, or one of another type. */
export function findTextAttribute(item: TableItem, name: string): string | undefined {
  const attribute = item[name];
  return attribute && 'S' in attribute ? attribute.S : undefined;
}

/** Reads an attribute of text; empty where there is none, or one of another type. */
export function readTextAttribute(item: TableItem, name: string): string {
  return findTextAttribute(item, name) ?? '';
}

/** Reads a number; NaN where there is none, or an attribute of another type. */
export function readNumberAttribute(item: TableItem, name: string): number {
  const attribute = item[name];
  return attribute && 'N' in attribute ? Number(attribute.N) : Number.NaN;
}

/** An expression of DynamoDB's own, which must hold of the item that is there for a write to be made. */
export type WriteCondition = {
  readonly says: string;
  /** Placeholders for the names of attributes, many of which are words of DynamoDB's: `#key`. */
  readonly names: { readonly [placeholder: string]: string };
  /** Placeholders for values: `:now`. */
  readonly values: TableItem;
};

/** One table. Reads see every write before them. Each call throws `AwsError` when it fails. */
export type Table = {
  get(key: TableItem): Promise<TableItem | undefined>;
  put(item: TableItem): Promise<void>;
  /** False when an item with the same value of this key is there already, which then stays as it is. */
  putNew(item: TableItem, key: string): Promise<boolean>;
  /** False when the condition does not hold of what is there, which then stays as it is. */
  putIf(item: TableItem, condition: WriteCondition): Promise<boolean>;
  removeIf(key: TableItem, condition: WriteCondition): Promise<boolean>;
  /** These attributes of all items, or none: a table that does not fit into one answer (1 MB) is refused. */
  scan(attributes: readonly string[]): Promise<readonly TableItem[]>;
};

const TAKEN = 'ConditionalCheckFailedException';

/** Milliseconds for all attempts at one call: less than a provider has, since it is asked on the way to one (D18). */
const PATIENCE_MS = 2000;

/** DynamoDB takes no empty map of values. */
function writeCondition(condition: WriteCondition): JsonObject {
  const { says, names, values } = condition;
  const some = Object.keys(values).length > 0;
  return {
    ConditionExpression: says,
    ExpressionAttributeNames: names,
    ...(some ? { ExpressionAttributeValues: values } : {}),
  };
}

/** By other names: many a plain word is one of DynamoDB's own. */
function writeProjection(attributes: readonly string[]): JsonObject {
  return {
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: attributes.map((_, index) => `#${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
  };
}

/** Reads all items of a scan; throws where there are more than fit into one answer. */
function readItems(answer: JsonObject): readonly TableItem[] {
  if (answer['LastEvaluatedKey'] !== undefined) {
    const message = 'the table holds more than one answer';
    throw new AwsError({ code: 'AnswerTooLarge', message }, 200, false);
  }
  if (!Array.isArray(answer['Items'])) throw createUnreadableError('Scan');
  return answer['Items'] as TableItem[];
}

/** Creates the table of this name. Nothing is asked before the first use. */
export function createDynamoTable(TableName: string, setting: AwsSetting): Table {
  const { now = () => Date.now() / 1000 } = setting;
  const call = createJsonCall(DYNAMODB, setting);
  const ask = (operation: string, input: JsonObject): Promise<JsonObject> =>
    call(operation, { TableName, ...input }, { budget: startBudget(now, PATIENCE_MS) });
  const askIf = async (operation: string, input: JsonObject, condition: WriteCondition): Promise<boolean> => {
    try {
      await ask(operation, { ...input, ...writeCondition(condition) });
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.code === TAKEN) return false;
      throw error;
    }
  };
  return {
    async get(Key) {
      const { Item } = await ask('GetItem', { Key, ConsistentRead: true });
      return Item as TableItem | undefined;
    },
    async put(Item) {
      await ask('PutItem', { Item });
    },
    putNew: (Item, key) =>
      askIf('PutItem', { Item }, { says: 'attribute_not_exists(#key)', names: { '#key': key }, values: {} }),
    putIf: (Item, condition) => askIf('PutItem', { Item }, condition),
    removeIf: (Key, condition) => askIf('DeleteItem', { Key }, condition),
    scan: async attributes =>
      readItems(await ask('Scan', { ConsistentRead: true, ...writeProjection(attributes) })),
  };
}
