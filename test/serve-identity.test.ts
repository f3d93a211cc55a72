import { describe, expect, test } from 'vitest';
import type { BrokerError } from '../lib/errors.ts';
import type { HttpAnswer } from '../lib/protocols/protocol.ts';
import { serve } from '../lib/serve.ts';
import { testBroker } from './harness/broker.ts';
import { identityRequest, SIGNED_BY, stsRefusal, stsRequest, TARGET, textsOf } from './harness/door.ts';
import { TRUST } from './harness/grant.ts';
import { tokenClaims } from './harness/issuer.ts';
import { PLENTY } from './harness/limits.ts';
import { NOW } from './harness/policy.ts';
import { testSts } from './harness/sts.ts';

const roles = { aws: `${TRUST}aws: { role_arn: ${TARGET} }\n` };
const upstream = await testSts();
const using = await testBroker({ roles, aws: upstream.setting });

describe('whose session it is', () => {
  const away = (): Promise<never> => Promise.reject(new Error('away'));

  const assume = async (broker = using.broker): Promise<HttpAnswer> =>
    serve(broker, stsRequest({ WebIdentityToken: await using.issuer.sign(tokenClaims()) }));
  const sessionOf = (answer: HttpAnswer) => textsOf(answer)['Credentials/SessionToken'];
  const keyOf = (answer: HttpAnswer) => textsOf(answer)['Credentials/AccessKeyId'];
  const whose = (session: string | undefined, key = SIGNED_BY, broker = using.broker) =>
    serve(broker, identityRequest(session, key));

  test('is told to who has the session token, until it expires, and is no exchange', async () => {
    const answer = await assume();
    const before = using.audit.length;
    // Of a clock that is set back afterwards.
    const questions = { admit: () => undefined };
    const who = await whose(sessionOf(answer), keyOf(answer));
    expect([who.status, textsOf(who)['Arn']]).toEqual([200, textsOf(answer)['AssumedRoleUser/Arn']]);
    const late = { ...using.broker, questions, now: () => NOW + 3600 };
    const later = await whose(sessionOf(answer), keyOf(answer), late);
    expect(stsRefusal(later)).toEqual([403, 'ExpiredToken']);
    expect(using.audit.length).toBe(before);
  });

  test('is told to nobody who does not sign, or names another access key', async () => {
    const answer = await assume();
    const request = identityRequest(sessionOf(answer), keyOf(answer));
    const { authorization: _, ...headers } = request.headers;
    const refusals = [
      await serve(using.broker, { ...request, headers }),
      await whose(sessionOf(answer), 'ASIAANOTHERANOTHER12'),
    ];
    expect(refusals.map(stsRefusal)).toEqual([
      [403, 'MissingAuthenticationToken'],
      [403, 'InvalidClientTokenId'],
    ]);
  });

  test('T75: is asked by nobody without end: the table is not read for who is over the limit', async () => {
    const limits = { ...PLENTY, identities: { perMinute: 6, burst: 2 } };
    const { broker } = await testBroker({ roles, aws: upstream.setting, limits });
    let read = 0;
    const find = async () => void read++;
    const counted = { ...broker, identities: { ...broker.identities, find } };
    const told = [];
    for (let n = 0; n < 5; n++) told.push(await whose(`made-up-${n}`, SIGNED_BY, counted));
    expect(told.map(stsRefusal).slice(1, 3)).toEqual([
      [403, 'InvalidClientTokenId'],
      [429, 'Throttling'],
    ]);
    expect(told.at(-1)?.headers['retry-after']).toBe('10');
    expect(read).toBe(2);
    const elsewhere = { ...identityRequest('made-up'), sourceAddress: '203.0.113.8' };
    expect(stsRefusal(await serve(counted, elsewhere))).toEqual([403, 'InvalidClientTokenId']);
  });

  test('is not remembered of an exchange at another door', async () => {
    const subject_token = await using.issuer.sign(tokenClaims());
    const { body } = await using.ask({ subject_token, audience: 'aws' });
    const { aws } = JSON.parse(body) as { aws: { SessionToken: string; AccessKeyId: string } };
    expect(stsRefusal(await whose(aws.SessionToken, aws.AccessKeyId))).toEqual([403, 'InvalidClientTokenId']);
  });

  test('is not remembered when the audit event could not be written', async () => {
    const given: string[] = [];
    const identities = { remember: async (token: string) => void given.push(token), find: away };
    const answer = await assume({ ...using.broker, identities, sink: away });
    expect([answer.status, given]).toEqual([503, []]);
  });

  test('keeps no credential back when it cannot be remembered, and is told as a fault of ours', async () => {
    const told: string[] = [];
    const onFault = ({ code }: BrokerError) => void told.push(code);
    const broken = { ...using.broker, onFault, identities: { remember: away, find: away } };
    expect(sessionOf(await assume(broken))).toBeDefined();
    expect(stsRefusal(await whose('session', SIGNED_BY, broken))).toEqual([503, 'ServiceUnavailable']);
    expect(told).toEqual(Array(2).fill('identities_unavailable'));
  });
});
