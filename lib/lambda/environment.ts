import type { AwsSetting } from '../aws/call.ts';

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this runs in AWS Lambda alone.`);
  return value;
}

/**
 * How a function reaches AWS: with its own role's credentials, as its environment has them. They are read at each
 * use, since the runtime may renew them, and looked for nowhere else. `endpoint` is for an emulator.
 */
export function awsEnvironment(endpoint: string | undefined): AwsSetting {
  return {
    region: need('AWS_REGION'),
    credentials: async () => ({
      accessKeyId: need('AWS_ACCESS_KEY_ID'),
      secretAccessKey: need('AWS_SECRET_ACCESS_KEY'),
      sessionToken: need('AWS_SESSION_TOKEN'),
    }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
