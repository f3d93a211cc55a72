import { readClaimPath } from '../../policy/claims.ts';
import type { AppHost, Endpoint } from '../../policy/endpoint.ts';
import { findVocabularyTypes, type IssuerFacts } from '../../policy/issuer.ts';
import type { Statement } from '../../policy/statement.ts';
import { findSlots, isIamVariable } from '../../policy/template.ts';
import type { Complaints } from '../complaint.ts';
import { type Schema, text } from '../shape.ts';
import { findText, listEntries, listItems, type Tree } from '../tree.ts';

/** The setting that a provider's key is compiled against. */
export type KindSetting = {
  readonly role: string;
  readonly trust: readonly Statement[];
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  /** The rows of `endpoints` in broker.yml, by name. */
  readonly endpoints?: ReadonlyMap<string, Endpoint> | undefined;
  /** The rows of `apps` there, by the app's id. */
  readonly apps?: ReadonlyMap<string, AppHost> | undefined;
};

/**
 * `sub` of whatever we sign for a role: it cannot be set, so no role can make what another role's target would take.
 * 69 characters at most, of the 127 bytes that Google takes.
 */
export function writeSubject(setting: KindSetting): string {
  return `role:${setting.role}`;
}

/** The id of an app that has a key of its own, as the other side gave it. */
export const appId = text({
  pattern: /^[A-Za-z0-9][\w.-]{0,127}$/,
  says: 'the client id of the app, as text',
});

/** How long sessions last, in seconds: when the role says nothing, and what a role may say. */
export type SessionLimits = { readonly fallback: number; readonly min: number; readonly max: number };

/**
 * One kind of credential, as a role may ask for it. One file a kind: what a grant of it holds has the same name in
 * lib/policy/targets, and the provider that makes it in lib/providers. Adding one: copy a neighbour.
 */
export type Kind<Template extends object> = {
  /** The schema of the kind's key in a role file, for editors. */
  readonly schema: Schema;
  /** Undefined: of a template that could not be read, the widest, since it is complained of as it is. */
  lengths(template: Template | undefined): SessionLimits;
  /** May statements have scopes? Required where a grant without any would mean everything. */
  readonly scopes: 'refused' | 'optional' | 'required';
  /** Where the role itself lists scopes: what a statement without any grants, and the most that one may. */
  scopesOf?(template: Template): readonly string[];
  compile(tree: Tree, setting: KindSetting, complaints: Complaints): Template | undefined;
};

const BINDING_OPERATORS: ReadonlySet<string> = new Set(['equals', 'in', 'matches']);

/** Is the claim tied down by this statement, so that its value is one the policy's author foresaw? */
export function isClaimBound(statement: Statement, claim: string): boolean {
  return statement.conditions.some(
    ({ on, name, operator }) => on === 'claim' && name === claim && BINDING_OPERATORS.has(operator),
  );
}

type TemplateRule = 'none' | 'any' | 'bound';

type SlotFault = readonly [rule: 'template-refused' | 'template-unbound', says: string];

function findSlotFault(
  name: string | undefined,
  rule: TemplateRule,
  setting: KindSetting,
): SlotFault | undefined {
  const { trust, issuers } = setting;
  const refuse = (says: string): SlotFault => ['template-refused', says];
  if (name === undefined) return refuse('A ${ is not closed by }.');
  if (rule === 'none' || isIamVariable(name))
    return refuse(`\${${name}} may not stand here. Write the value out.`);
  if (name === '' || name.includes('${') || readClaimPath(name) === undefined)
    return refuse(`\${${name}} does not name a claim.`);
  const lacks = trust.find(({ issuer }) => {
    const vocabulary = issuers.get(issuer)?.vocabulary;
    return vocabulary && !name.startsWith('/') && !findVocabularyTypes(vocabulary, name);
  });
  if (lacks)
    return refuse(
      `${lacks.issuer} sends no claim "${name}", so tokens that meet ${lacks.id} could never fill this in.`,
    );
  const unbound = rule === 'bound' ? trust.find(statement => !isClaimBound(statement, name)) : undefined;
  const says = 'What decides over resources must be bound by equals, in or matches in every trust statement.';
  return unbound && ['template-unbound', `${unbound.id} does not bind "${name}". ${says}`];
}

/** Complains of numbers that would go out as others than a reviewer saw: `1.0`, `1e400`, `.nan`, 2^53+1. */
export function checkNumbers(tree: Tree, complaints: Complaints): void {
  for (const item of listItems(tree)) checkNumbers(item, complaints);
  for (const { value } of listEntries(tree)) checkNumbers(value, complaints);
  if (tree.kind !== 'scalar' || typeof tree.value !== 'number') return;
  const json = JSON.stringify(tree.value);
  if (json !== tree.source)
    complaints.at(tree).wrongValue(`${tree.source} would become ${json}. Write that, or quote it.`);
}

/** Complains of every `${…}` in the tree that may not stand there. Keys never hold any. */
export function checkTemplates(
  tree: Tree,
  rule: TemplateRule,
  setting: KindSetting,
  complaints: Complaints,
  iam = false,
): void {
  for (const item of listItems(tree)) checkTemplates(item, rule, setting, complaints, iam);
  for (const entry of listEntries(tree)) {
    if (findSlots(entry.key).some(({ name }) => !(iam && isIamVariable(name))))
      complaints.at(entry).say('template-refused', 'A key may not hold ${…}.');
    checkTemplates(entry.value, rule, setting, complaints, iam);
  }
  for (const { name } of findSlots(findText(tree) ?? '')) {
    // A slot inside of a variable of IAM would let a claim choose which variable it is.
    const untouched = iam && isIamVariable(name) && !name?.includes('${');
    const fault = untouched ? undefined : findSlotFault(name, rule, setting);
    if (fault) complaints.at(tree).say(...fault);
  }
}

/** Complains of every `${…}` in the mapping but under these keys, which are checked apart. */
export function refuseTemplates(
  tree: Tree,
  but: readonly string[],
  setting: KindSetting,
  complaints: Complaints,
  iam = false,
): void {
  const rest = listEntries(tree).filter(({ key }) => !but.includes(key));
  checkTemplates({ kind: 'map', entries: rest, place: tree.place }, 'none', setting, complaints, iam);
}
