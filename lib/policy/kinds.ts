import { type AwsTarget, type AwsTemplate, aws } from './kinds/aws.ts';
import { type JwtTarget, type JwtTemplate, jwt } from './kinds/jwt.ts';
import type { Kind } from './kinds/kind.ts';

/** Every kind of credential that a role can have, by its key in the role's file. */
export const KINDS = { aws, jwt } as const;

export type KindName = keyof typeof KINDS;
export type Target = AwsTarget | JwtTarget;

/** A role's own part for its provider, tagged with the kind. */
export type Template = ({ readonly kind: 'aws' } & AwsTemplate) | ({ readonly kind: 'jwt' } & JwtTemplate);

/** The kind of a name, with its template type forgotten: `template.kind` has chosen it. */
export const kindOf = (name: KindName): Kind<object, Target> =>
  KINDS[name] as unknown as Kind<object, Target>;
