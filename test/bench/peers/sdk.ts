import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import middy from '@middy/core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { FloorSetting } from './floor.ts';
import type { Answer, Peer } from './peer.ts';

/** A broker as one writes it with what the field uses: middy, jose and AWS's own client. */
export function createSdkBroker(setting: FloorSetting): Peer {
  const { keys } = setting;
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint: setting.sts,
    credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret, sessionToken: keys.session },
  });
  const jwks = createLocalJWKSet({ keys: [setting.jwk as { kty: string }] });
  const handler = middy<{ body: string }, Answer>()
    .use({ onError: request => void (request.response = { status: 401, body: '{"error":"invalid_token"}' }) })
    .handler(async ({ body }) => {
      const form = new URLSearchParams(body);
      const { payload } = await jwtVerify(form.get('subject_token') ?? '', jwks, {
        issuer: setting.issuer,
        audience: setting.audience,
        algorithms: ['RS256'],
      });
      const role = setting.roles[form.get('audience') ?? ''];
      const { organization_slug, build_branch, job_id } = payload;
      if (!role || organization_slug !== setting.organization || build_branch !== role.branch)
        return { status: 403, body: '{"error":"access_denied"}' };
      const session = { RoleArn: role.arn, RoleSessionName: String(job_id), DurationSeconds: 3600 };
      const { Credentials } = await sts.send(new AssumeRoleCommand(session));
      return { status: 200, body: JSON.stringify(Credentials) };
    });
  return body => handler({ body: body.toString() }, { awsRequestId: '' } as never) as Promise<Answer>;
}
