import { matchGlob } from '../../policy/glob.ts';
import { findSlots } from '../../policy/template.ts';

/** The most that a policy of IAM may allow: each of these actions on each of these resources. */
export type IamBound = { readonly actions: readonly string[]; readonly resources: readonly string[] };

/** One action on one resource that a policy allows and no bound does. */
export type BeyondBound = { readonly action: string; readonly resource: string };

/** Two characters that nobody writes: a run of any, and any one. Of a bound, `*` alone matches either. */
const RUN = '\u{10fffd}';
const ONE = '\u{10fffc}';

const PARTS = 6;

type Statement = { readonly [key: string]: unknown };

function listTexts(value: unknown): string[] {
  return [value ?? []].flat().map(String);
}

/** Writes a pattern for every text that this one can become: of wildcards, of IAM's variables, of a job's claims. */
function generalize(text: string): string {
  let whole = '';
  let end = 0;
  for (const slot of findSlots(text)) {
    if (slot.name === undefined || slot.from < end) continue;
    whole += text.slice(end, slot.from) + RUN;
    end = slot.to;
  }
  return (whole + text.slice(end)).replaceAll('*', RUN).replaceAll('?', ONE);
}

/** Of the six parts of an ARN each is compared by itself: no wildcard crosses a colon. What is missing is any. */
function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  const six = [...parts.slice(0, PARTS - 1), parts.slice(PARTS - 1).join(':')].slice(0, PARTS);
  return Array.from({ length: PARTS }, (_, at) => (at < parts.length ? (six[at] ?? '') : '*'));
}

/** A claim in another part than the last could hold a colon, and so begin another part. */
function hasFixedParts(resource: string): boolean {
  return !splitArn(resource)
    .slice(0, -1)
    .some(part => part.includes('${'));
}

function isResourceWithin(bound: string, resource: string): boolean {
  if (bound === '*') return true;
  if (resource === '*' || !hasFixedParts(resource)) return false;
  const [wide, narrow] = [splitArn(bound), splitArn(resource)];
  return wide.every((part, at) => matchGlob(part, generalize(narrow[at] ?? '')));
}

function isActionWithin(bound: string, action: string): boolean {
  return matchGlob(bound.toLowerCase(), generalize(action.toLowerCase()));
}

function isWithinBound(access: BeyondBound, bound: IamBound): boolean {
  return (
    bound.actions.some(each => isActionWithin(each, access.action)) &&
    bound.resources.some(each => isResourceWithin(each, access.resource))
  );
}

/** All but some is taken for all: what a policy does not name cannot be told from here. */
function listAllowed(statement: Statement): BeyondBound[] {
  const { Effect, Action, NotAction, Resource, NotResource } = statement;
  if (Effect === 'Deny') return [];
  const actions = NotAction === undefined ? listTexts(Action) : ['*'];
  const resources = NotResource === undefined ? listTexts(Resource) : ['*'];
  return actions.flatMap(action => resources.map(resource => ({ action, resource })));
}

/**
 * Everything that a policy of IAM allows and no bound does: nothing, where it is proved to lie inside. Conditions and
 * Denies only take away, so they are passed over. What two bounds allow only together is not seen.
 */
export function listBeyondBounds(
  policy: { readonly [key: string]: unknown },
  bounds: readonly IamBound[],
): BeyondBound[] {
  const statements = [policy['Statement'] ?? []].flat() as Statement[];
  return statements.flatMap(listAllowed).filter(each => !bounds.some(bound => isWithinBound(each, bound)));
}

/** The policy of IAM that allows what the bounds do. */
export function writeBoundPolicy(bounds: readonly IamBound[]): { readonly [key: string]: unknown } {
  return {
    Version: '2012-10-17',
    Statement: bounds.map(({ actions, resources }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
    })),
  };
}

/**
 * Does one session policy surely allow no more than another? Only where the wider has no condition and no Deny, whose
 * absence from the narrower would let more through.
 */
export function isPolicyInside(
  inner: { readonly [key: string]: unknown },
  outer: { readonly [key: string]: unknown },
): boolean {
  const statements = [outer['Statement'] ?? []].flat() as Statement[];
  const isPlain = statements.every(
    ({ Effect, Condition, NotAction, NotResource }) =>
      Effect === 'Allow' && [Condition, NotAction, NotResource].every(each => each === undefined),
  );
  const bounds = statements.map(({ Action, Resource }) => ({
    actions: listTexts(Action),
    resources: listTexts(Resource),
  }));
  const holdsSlots = bounds.some(({ actions, resources }) =>
    [...actions, ...resources].some(each => /[?]|\$\{/.test(each)),
  );
  return isPlain && !holdsSlots && listBeyondBounds(inner, bounds).length === 0;
}
