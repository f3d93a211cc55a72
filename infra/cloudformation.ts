/** Another resource's id or attribute, or a text with such in it: CloudFormation fills them in. */
export type Reference =
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [id: string, attribute: string] }
  | { readonly 'Fn::Sub': string }
  | { readonly 'Fn::Join': readonly [separator: string, parts: readonly Text[]] };
export type Text = string | Reference;

export type Resource = {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: 'Retain' | 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Retain';
  readonly Properties: { readonly [name: string]: unknown };
};
export type Resources = { readonly [id: string]: Resource };
export type Outputs = { readonly [id: string]: { readonly Description: string; readonly Value: Text } };

/** One right. Actions are written out: none of ours has a wildcard. */
export type Statement = {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** `*` where others than these are denied. */
  readonly Principal?: '*' | { readonly [kind: string]: Text };
  readonly Action: readonly string[];
  readonly Resource?: readonly Text[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: Text | readonly Text[] } };
};
export type Policy = { readonly Version: '2012-10-17'; readonly Statement: readonly Statement[] };

export function ref(id: string): Reference {
  return { Ref: id };
}
export function attribute(id: string, name: string): Reference {
  return { 'Fn::GetAtt': [id, name] };
}
export function sub(text: string): Reference {
  return { 'Fn::Sub': text };
}
export function policy(...statements: readonly Statement[]): Policy {
  return {
    Version: '2012-10-17',
    Statement: statements,
  };
}
