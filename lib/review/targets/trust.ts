import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';

/** A fault of a target's file. Its message names the place inside of the file. */
export class TargetError extends Error {}

/** `{ AWS: "*" }` and a bare `"*"` mean the same here: whoever it is. */
export type Principal = { readonly kind: string; readonly name: string };
export type TrustCondition = {
  readonly operator: string;
  readonly key: string;
  readonly operands: readonly string[];
};

export type TrustStatement = {
  /** The Sid, or the place among its siblings. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly Principal[];
  /** `NotPrincipal`: all but those. */
  readonly exceptPrincipals: boolean;
  readonly actions: readonly string[];
  /** `NotAction`: all but those. */
  readonly exceptActions: boolean;
  readonly conditions: readonly TrustCondition[];
};

/** A role in another account, as `aws iam get-role` shows it. */
export type TargetRole = {
  readonly arn: string;
  readonly maxSeconds: number | undefined;
  readonly statements: readonly TrustStatement[];
};

function readTrustMembers(value: ClaimValue | undefined, where: string): Claims {
  if (!isMapping(value)) throw new TargetError(`${where} is not an object.`);
  return value;
}

function convertToList(value: ClaimValue): readonly ClaimValue[] {
  return Array.isArray(value) ? value : [value];
}

/** IAM writes a list of one as its one member. Booleans and numbers mean their text. */
function readTrustTexts(value: ClaimValue, where: string): string[] {
  return convertToList(value).map(each => {
    if (typeof each === 'object') throw new TargetError(`${where} is neither text nor a list of texts.`);
    return String(each);
  });
}

function readPrincipals(value: ClaimValue, where: string): Principal[] {
  return value === '*'
    ? [{ kind: 'AWS', name: '*' }]
    : Object.entries(readTrustMembers(value, where)).flatMap(([kind, names]) =>
        readTrustTexts(names, `${where}.${kind}`).map(name => ({ kind, name })),
      );
}

function readTrustConditions(value: ClaimValue | undefined, where: string): TrustCondition[] {
  return Object.entries(value === undefined ? {} : readTrustMembers(value, where)).flatMap(
    ([operator, keys]) =>
      Object.entries(readTrustMembers(keys, `${where}.${operator}`)).map(([key, operands]) => ({
        operator,
        key,
        operands: readTrustTexts(operands, `${where}.${operator}.${key}`),
      })),
  );
}

/** Exactly one of two members that exclude each other. */
function readEitherMember(
  statement: Claims,
  name: string,
  where: string,
): [value: ClaimValue, except: boolean] {
  const [plain, except] = [statement[name], statement[`Not${name}`]];
  if ((plain === undefined) === (except === undefined))
    throw new TargetError(`${where} needs either ${name} or Not${name}.`);
  return [plain ?? except ?? null, plain === undefined];
}

function readTrustStatement(value: ClaimValue, index: number): TrustStatement {
  const where = `Statement[${index}]`;
  const statement = readTrustMembers(value, where);
  const { Effect: effect, Sid: name } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new TargetError(`${where}.Effect is not Allow or Deny.`);
  const [principals, exceptPrincipals] = readEitherMember(statement, 'Principal', where);
  const [actions, exceptActions] = readEitherMember(statement, 'Action', where);
  return {
    name: typeof name === 'string' && name !== '' ? name : where,
    effect,
    principals: readPrincipals(principals, `${where}.Principal`),
    exceptPrincipals,
    actions: readTrustTexts(actions, `${where}.Action`),
    exceptActions,
    conditions: readTrustConditions(statement['Condition'], `${where}.Condition`),
  };
}

/** The statements of a trust policy. Throws `TargetError`. */
export function readTrustStatements(document: ClaimValue | undefined): TrustStatement[] {
  const { Statement: statements } = readTrustMembers(document, 'AssumeRolePolicyDocument');
  if (statements === undefined) throw new TargetError('AssumeRolePolicyDocument has no Statement.');
  return convertToList(statements).map(readTrustStatement);
}

function readOneTargetRole(value: ClaimValue): TargetRole {
  const role = readTrustMembers(value, 'A role');
  const { Arn: arn, MaxSessionDuration: maxSeconds } = role;
  if (typeof arn !== 'string') throw new TargetError('A role has no Arn.');
  try {
    return {
      arn,
      maxSeconds: typeof maxSeconds === 'number' ? maxSeconds : undefined,
      statements: readTrustStatements(role['AssumeRolePolicyDocument']),
    };
  } catch (error) {
    throw error instanceof TargetError ? new TargetError(`${arn}: ${error.message}`) : error;
  }
}

/** One output of `aws iam get-role`, the role alone, or a list of either. Throws `TargetError`. */
export function readTargetRoles(value: ClaimValue): TargetRole[] {
  return convertToList(value).map(each => {
    const whole = readTrustMembers(each, 'An entry');
    return readOneTargetRole(whole['Role'] ?? whole);
  });
}

/**
 * The JSON texts of a file in which they stand one after the other, as a loop of AWS commands writes them:
 * where the outermost bracket closes, a text ends.
 */
export function splitJsonTexts(source: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of source.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else continue;
    if (depth !== 0) continue;
    found.push(source.slice(from, index + 1));
    from = index + 1;
  }
  const rest = source.slice(from);
  return rest.trim() === '' ? found : [...found, rest];
}
