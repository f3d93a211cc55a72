import { objectsIn } from './deploy.ts';

/** Who asks for which action of DynamoDB: an ARN, or the id of a role of the template. */
export type Request = { readonly action: string; readonly principal: string; readonly isService?: boolean };

type Deny = {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition: {
    readonly Bool: { readonly 'aws:PrincipalIsAWSService': string };
    readonly ArnNotLike?: { readonly 'aws:PrincipalArn': readonly unknown[] };
  };
};

/** As IAM matches ARNs: `*` is any characters. */
function isLike(pattern: string, arn: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(arn);
}

function matches(principals: readonly unknown[], principal: string): boolean {
  return principals.some(each =>
    typeof each === 'string'
      ? isLike(each, principal)
      : JSON.stringify(each) === JSON.stringify({ 'Fn::GetAtt': [principal, 'Arn'] }),
  );
}

function strikes({ Effect, Principal, Action, Resource, Condition }: Deny, asked: Request): boolean {
  const { Bool, ArnNotLike, ...other } = Condition;
  if (Effect !== 'Deny' || Principal !== '*' || Resource[0] !== '*' || Object.keys(other).length > 0)
    throw new Error('a statement that this does not know');
  return (
    Action.includes(`dynamodb:${asked.action}`) &&
    Bool['aws:PrincipalIsAWSService'] === String(asked.isService ?? false) &&
    !(ArnNotLike && matches(ArnNotLike['aws:PrincipalArn'], asked.principal))
  );
}

/** Whether a table's own policy denies this, as AWS evaluates it: any statement that holds. */
export function isDenied(properties: object, asked: Request): boolean {
  return objectsIn(properties)
    .filter((each): each is Deny => 'Effect' in each)
    .some(each => strikes(each, asked));
}
