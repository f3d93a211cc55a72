import type { AwsSetting } from '../aws/call.ts';
import { createPoster, type Poster } from '../http/post.ts';

function requireVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this runs in AWS Lambda alone.`);
  return value;
}

/** All services of AWS over the same connections: several of ours are tables of one. */
export type FunctionAws = AwsSetting & { readonly post: Poster };

/**
 * How a function reaches AWS: with its own role's credentials, as its environment has them. They are read at each
 * use, since the runtime may renew them, and looked for nowhere else. `endpoint` is for an emulator.
 */
export function readAwsSetting(endpoint: string | undefined): FunctionAws {
  return {
    region: requireVariable('AWS_REGION'),
    credentials: async () => ({
      accessKeyId: requireVariable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable('AWS_SECRET_ACCESS_KEY'),
      sessionToken: requireVariable('AWS_SESSION_TOKEN'),
    }),
    post: createPoster(() => Date.now() / 1000),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
