import type { KindName } from '../policy/targets.ts';
import { aws } from './kinds/aws.ts';
import { azure } from './kinds/azure.ts';
import { buildkite } from './kinds/buildkite.ts';
import { gcp } from './kinds/gcp.ts';
import { github } from './kinds/github.ts';
import { jwt } from './kinds/jwt.ts';
import type { Kind } from './kinds/kind.ts';
import { oauth } from './kinds/oauth.ts';

/** Every kind of credential that a role can have, by its key in the role's file. */
export const KINDS = { aws, gcp, azure, github, buildkite, oauth, jwt } as const;

/** The kind of a name, with its template type forgotten: `template.kind` has chosen it. */
export function findKind(name: KindName): Kind<object> {
  return KINDS[name] as unknown as Kind<object>;
}
