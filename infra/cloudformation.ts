/** Another resource's id or attribute, or a text with such in it: CloudFormation fills them in. */
export type Reference =
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [id: string, attribute: string] }
  | { readonly 'Fn::Sub': string }
  | { readonly 'Fn::Join': readonly [separator: string, parts: readonly TemplateText[]] };
export type TemplateText = string | Reference;

export type Resource = {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: 'Retain' | 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Retain';
  readonly Properties: { readonly [name: string]: unknown };
};
export type Resources = { readonly [id: string]: Resource };
export type Outputs = {
  readonly [id: string]: { readonly Description: string; readonly Value: TemplateText };
};

/** One right. Actions are written out: none of ours has a wildcard. */
export type IamStatement = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** `*` where others than these are denied. */
  readonly Principal?: '*' | { readonly [kind: string]: TemplateText };
  readonly Action: readonly string[];
  readonly Resource?: readonly TemplateText[];
  readonly Condition?: {
    readonly [operator: string]: { readonly [key: string]: TemplateText | readonly TemplateText[] };
  };
};
export type IamPolicy = { readonly Version: '2012-10-17'; readonly Statement: readonly IamStatement[] };

export function refer(id: string): Reference {
  return { Ref: id };
}
export function getAttribute(id: string, name: string): Reference {
  return { 'Fn::GetAtt': [id, name] };
}
export function substitute(text: string): Reference {
  return { 'Fn::Sub': text };
}
export function createPolicy(...statements: readonly IamStatement[]): IamPolicy {
  return { Version: '2012-10-17', Statement: statements };
}

/** Lets a service of AWS invoke a function, for this source alone. */
export function permitInvoke(id: string, Principal: string, SourceArn: Reference): Resource {
  const FunctionName = getAttribute(id, 'Arn');
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName, Action: 'lambda:InvokeFunction', Principal, SourceArn },
  };
}

/** Writes one right: these actions on these resources, with more where only some may have it. */
export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly TemplateText[],
  more: Pick<IamStatement, 'Principal' | 'Condition'> = {},
): IamStatement {
  return { Sid, Effect: 'Allow', Action, Resource, ...more };
}
