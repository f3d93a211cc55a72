import { Failure } from '../verb.ts';
import type { StepCall } from './call.ts';
import type { ReachEntry } from './entries.ts';

export type PackagesEntry = Extract<ReachEntry, { readonly kind: 'codeartifact' }>;

/** https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_GetAuthorizationToken.html: 0 is as long as the session. */
export function describeTokenCall(entry: PackagesEntry): StepCall {
  const { domain, owner, region } = entry;
  const url = new URL(`https://codeartifact.${region}.amazonaws.com/v1/authorization-token`);
  url.search = new URLSearchParams({ domain, 'domain-owner': owner, duration: '0' }).toString();
  return { service: 'codeartifact', region, url, headers: {}, body: '' };
}

export function readPackagesToken(said: { readonly [name: string]: unknown }): string {
  const { authorizationToken: token } = said;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new Failure('CodeArtifact answered without a token.\n');
  return token;
}

/** How each tool is told of a repository and its token. */
export const PACKAGE_LINES: {
  readonly [tool in 'npm' | 'pip' | 'maven']: (at: {
    readonly host: string;
    readonly repository: string;
    readonly token: string;
  }) => string;
} = {
  // npm and pip, in a file of the user's; https://docs.aws.amazon.com/codeartifact/latest/ug/npm-auth.html
  npm: ({ host, repository, token }) =>
    `registry=https://${host}/npm/${repository}/\n//${host}/npm/${repository}/:_authToken=${token}\n`,
  pip: ({ host, repository, token }) =>
    `[global]\nindex-url = https://aws:${token}@${host}/pypi/${repository}/simple/\n`,
  maven: ({ host, repository, token }) =>
    `<settings><servers><server><id>codeartifact</id><username>aws</username><password>${token}</password></server></servers>` +
    `<profiles><profile><id>codeartifact</id><activation><activeByDefault>true</activeByDefault></activation>` +
    `<repositories><repository><id>codeartifact</id><url>https://${host}/maven/${repository}/</url></repository></repositories>` +
    `</profile></profiles></settings>\n`,
};
