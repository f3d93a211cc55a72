import { createLocalClouds } from '../../lib/local/clouds.ts';
import type { HttpAnswer } from '../../lib/protocols/protocol.ts';
import type { UpstreamSetting } from '../../lib/providers/upstream.ts';
import { receivedRequest } from './broker.ts';
import { APP_HOSTS, ENDPOINTS, endpointsFrom, NOW } from './policy.ts';
import { type Asked, type Said, type TestServer, testServer } from './server.ts';
import { APP_SIGNER, TRUSTED } from './signing.ts';

/** What a cloud says of one call in place of its own answer; `null`: nothing, for ever. Undefined: the connection breaks. */
export type Say = (asked: Asked, own: HttpAnswer) => Said | null | undefined;

/** Google Cloud, Entra, GitHub, Buildkite and what federates on loopback, which check what the real ones check, until told otherwise. */
export type TestClouds = {
  readonly setting: UpstreamSetting;
  readonly asked: TestServer['asked'];
  /** What comes next, once for each call; the last is said again. Without any, as the clouds do. */
  reply(...says: Say[]): void;
};

/** As the cloud does. */
export const own: Say = (_asked, answer) => answer;
/** This status and body. */
export function says(status: number, body: string | object): Say {
  return () => ({ status, body });
}
/** The cloud's own success with these members over it; undefined leaves one out. */
export function withMembers(members: object): Say {
  return (_asked, answer) => ({ status: 200, body: { ...JSON.parse(answer.body), ...members } });
}

export async function testClouds(): Promise<TestClouds> {
  const endpoints = endpointsFrom(ENDPOINTS);
  const clouds = createLocalClouds(APP_SIGNER, {
    endpoints: () => endpoints.values(),
    githubs: () => [...APP_HOSTS.values()].map(({ url }) => url),
  });
  let next: Say[] = [];
  const server = await testServer(async asked => {
    const request = receivedRequest(asked);
    const answer = await clouds(asked.path.slice(1), request, { trusted: TRUSTED, now: NOW });
    if (!answer) return { status: 404 };
    const say = next.length > 1 ? next.shift() : next[0];
    const said = say ? say(asked, answer) : answer;
    return said === null ? new Promise(() => {}) : said;
  });
  return {
    setting: { base: server.url, random: () => 0 },
    asked: server.asked,
    reply(...replies) {
      next = replies;
      server.asked.length = 0;
    },
  };
}
