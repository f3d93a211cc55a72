import { startBudget } from '../http/persist.ts';
import { AwsError, type AwsSetting, type CallOptions } from './call.ts';
import { createJsonCall, createUnreadableError, DYNAMODB, type JsonObject } from './json.ts';

/** A value as DynamoDB writes it: text, a number, or bytes in base64. */
export type Attribute = { readonly S: string } | { readonly N: string } | { readonly B: string };
export type TableItem = { readonly [name: string]: Attribute };

/** What must hold of the item that is there for a write to be made: an expression of DynamoDB's own. */
export type WriteCondition = {
  readonly says: string;
  /** What stands for the names of attributes, many of which are words of DynamoDB's: `#key`. */
  readonly names: { readonly [placeholder: string]: string };
  /** What stands for values: `:now`. */
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

/** A table by its name. Nothing is asked before the first use. */
export function createDynamoTable(TableName: string, setting: AwsSetting): Table {
  const { now = () => Date.now() / 1000 } = setting;
  const call = createJsonCall(DYNAMODB, setting);
  const ask = (operation: string, input: JsonObject): Promise<JsonObject> => {
    const course: CallOptions = { budget: startBudget(now, PATIENCE_MS) };
    return call(operation, { TableName, ...input }, course);
  };
  const askIf = async (operation: string, input: JsonObject, condition: WriteCondition): Promise<boolean> => {
    try {
      await ask(operation, {
        ...input,
        ConditionExpression: condition.says,
        ExpressionAttributeNames: condition.names,
        // DynamoDB takes no empty one.
        ...(Object.keys(condition.values).length > 0 ? { ExpressionAttributeValues: condition.values } : {}),
      });
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
    async scan(attributes) {
      const { Items, LastEvaluatedKey } = await ask('Scan', {
        ConsistentRead: true,
        Select: 'SPECIFIC_ATTRIBUTES',
        // By other names: many a plain word is one of DynamoDB's own.
        ProjectionExpression: attributes.map((_, index) => `#${index}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
      });
      if (LastEvaluatedKey !== undefined)
        throw new AwsError(
          { code: 'AnswerTooLarge', message: 'the table holds more than one answer' },
          200,
          false,
        );
      if (!Array.isArray(Items)) throw createUnreadableError('Scan');
      return Items as TableItem[];
    },
  };
}
