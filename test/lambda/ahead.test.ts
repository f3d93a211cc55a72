import { expect, test } from 'vitest';
import type { Poster } from '../../lib/http/post.ts';
import { connectAhead } from '../../lib/lambda/ahead.ts';

function noteOpened() {
  const opened: string[] = [];
  const open = async (place: URL): Promise<void> => void opened.push(place.href);
  const post = Object.assign(() => Promise.reject(new Error('nothing is asked')), { open }) as Poster;
  return { opened, post };
}

test('a connection is opened to each service in the own region', async () => {
  const { opened, post } = noteOpened();
  await connectAhead({ post, region: 'eu-central-1' }, ['dynamodb', 'sts']);
  expect(opened).toEqual([
    'https://dynamodb.eu-central-1.amazonaws.com/',
    'https://sts.eu-central-1.amazonaws.com/',
  ]);
});

test('one alone, where one emulator stands for all', async () => {
  const { opened, post } = noteOpened();
  await connectAhead({ post, region: 'eu-central-1', endpoint: 'http://127.0.0.1:4566' }, [
    'dynamodb',
    'sts',
  ]);
  expect(opened).toEqual(['http://127.0.0.1:4566/']);
});
