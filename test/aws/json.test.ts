import { describe, expect, test } from 'vitest';
import { AwsError } from '../../lib/aws/call.ts';
import { createJsonCall, DYNAMODB, type JsonService, KMS } from '../../lib/aws/json.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { testServer } from '../harness/server.ts';

async function serviceThatSays(status: number, body: string) {
  const { url, asked } = await testServer(() => ({ status, body }));
  const setting = { region: 'us-east-1', credentials: DUMMY_KEYS, endpoint: url, random: () => 0 };
  const ask = (service: JsonService) => createJsonCall(service, setting)('Do', { Name: 'ü' });
  return { ask, asked };
}

test.each([
  { service: KMS, type: 'application/x-amz-json-1.1', target: 'TrentService.Do' },
  { service: DYNAMODB, type: 'application/x-amz-json-1.0', target: 'DynamoDB_20120810.Do' },
])('$service.name is asked in its own words', async ({ service, type, target }) => {
  const { ask, asked } = await serviceThatSays(200, '{"Answer":1}');
  expect(await ask(service)).toEqual({ Answer: 1 });
  expect(asked.map(({ headers }) => [headers['content-type'], headers['x-amz-target']])).toEqual([
    [type, target],
  ]);
  expect(asked[0]?.headers['authorization']).toContain(`/us-east-1/${service.name}/aws4_request`);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ Name: 'ü' });
});

test.each(['', 'null', '17', '"text"', '{', '<html></html>'])(
  'a success of %j cannot be read, and is none',
  async body => {
    const { ask } = await serviceThatSays(200, body);
    await expect(ask(KMS)).rejects.toMatchObject({ code: 'AnswerUnreadable', passing: true });
  },
);

describe('a fault is read', () => {
  test.each([
    { name: 'as KMS writes it', body: '{"__type":"NotFoundException","message":"no"}', says: 'no' },
    { name: 'with a capital', body: '{"__type":"NotFoundException","Message":"no"}', says: 'no' },
    { name: 'without words', body: '{"__type":"NotFoundException"}', says: '' },
    {
      name: 'as DynamoDB writes it',
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#NotFoundException","message":"no"}',
      says: 'no',
    },
  ])('$name', async ({ body, says }) => {
    const { ask } = await serviceThatSays(400, body);
    const error = await ask(KMS).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ code: 'NotFoundException', message: says, status: 400, passing: false });
  });

  test.each(['', '{}', '{"__type":17}', '[]'])('as unknown where it says %j', async body => {
    const { ask } = await serviceThatSays(400, body);
    await expect(ask(KMS)).rejects.toMatchObject({ code: 'Unknown' });
  });
});
