import type { Endpoint, ParameterSlot } from '../../policy/endpoint.ts';
import type { OauthTemplate } from '../../policy/targets/oauth.ts';
import { findSlots } from '../../policy/template.ts';
import type { Complaints } from '../complaint.ts';
import { object, optional, raw, record, required, text } from '../shape.ts';
import { scopeList } from '../statement.ts';
import { findEntry, findText, findValue, listEntries, type Tree } from '../tree.ts';
import { claimsShape, readClaims } from './jwt.ts';
import { checkTemplates, type Kind, type KindSetting, refuseTemplates, writeSubject } from './kind.ts';

const VALUE = text({ max: 512, pattern: /^[\x20-\x7e]+$/, says: 'text of at most 512 printable characters' });

const SHAPE = object({
  endpoint: required(text({ max: 64, says: 'the name of a row of endpoints in broker.yml' })),
  parameters: optional(record(VALUE, 20)),
  claims: optional(raw(claimsShape)),
  scopes: optional(scopeList),
});

function findEndpoint(
  tree: Tree,
  name: string,
  setting: KindSetting,
  complaints: Complaints,
): Endpoint | undefined {
  const { endpoints = new Map<string, Endpoint>() } = setting;
  const found = endpoints.get(name);
  if (!found)
    complaints
      .at(findValue(tree, 'endpoint'))
      .unknownName('wrong-value', 'broker.yml has no endpoint', name, endpoints.keys());
  return found;
}

/** Checks that a value of a slot has the slot's form, where the value is known before a claim fills it in. */
function checkSlotForm(value: Tree, slot: ParameterSlot, complaints: Complaints): void {
  const written = findText(value);
  if (!slot.form || written === undefined || findSlots(written).length > 0) return;
  if (!new RegExp(`^(?:${slot.form.pattern})$`).test(written))
    complaints.at(value).unexpected(slot.form.says);
}

/** A role fills the slots of its row, each in its form, and sends nothing else of its own. */
function checkParameters(tree: Tree, endpoint: Endpoint, complaints: Complaints): void {
  const { name, slots } = endpoint;
  const written = findEntry(tree, 'parameters')?.value;
  for (const entry of listEntries(written)) {
    const slot = Object.hasOwn(slots, entry.key) ? slots[entry.key] : undefined;
    if (slot) checkSlotForm(entry.value, slot, complaints);
    else complaints.at(entry).unknownKey(entry.key, Object.keys(slots), `a slot of the endpoint ${name}`);
  }
  for (const [key, slot] of Object.entries(slots))
    if (slot.required && !listEntries(written).some(entry => entry.key === key))
      complaints.at(written ?? tree).missingKey(key, `in parameters for ${name}`);
}

/** Without a scope the service would choose, and a token with all that there is would be as good as any. */
function checkOauthScopes(tree: Tree, endpoint: Endpoint, complaints: Complaints): void {
  const { name, scoping } = endpoint;
  const written = findEntry(tree, 'scopes');
  const here = complaints.at(written ?? tree);
  if (scoping === 'asked' && !written)
    here.say('scopes-refused', `scopes are required: without any, ${name} would choose.`);
  if (scoping === 'theirs' && written)
    here.say(
      'scopes-refused',
      `${name} gives what its own rule for this role says, and heeds no scope. Remove scopes.`,
    );
}

function compileOauth(tree: Tree, setting: KindSetting, complaints: Complaints): OauthTemplate | undefined {
  // Claims decide nothing at a place of their own: what is filled in there is bound, as resources are.
  refuseTemplates(tree, ['parameters', 'claims'], setting, complaints);
  const parameterTree = findEntry(tree, 'parameters')?.value;
  if (parameterTree) checkTemplates(parameterTree, 'bound', setting, complaints);
  const read = SHAPE.read(tree, complaints);
  const claims = readClaims(findEntry(tree, 'claims')?.value, setting, complaints);
  const endpoint = read && findEndpoint(tree, read.endpoint, setting, complaints);
  if (!endpoint) return undefined;
  checkParameters(tree, endpoint, complaints);
  checkOauthScopes(tree, endpoint, complaints);
  const { name, slots: _, seconds, parameters, ...request } = endpoint;
  return {
    ...request,
    endpoint: name,
    subject: writeSubject(setting),
    parameters: { ...parameters, ...read.parameters },
    claims,
    scopes: read.scopes ?? [],
    longest: seconds,
  };
}

/** Seconds that a row may say of its tokens' lives. */
const SHORTEST = 60;
const LONGEST = 86_400;

/**
 * A token of any service that federates: a JWT of ours goes to its token endpoint, which broker.yml names whole. How long
 * the token lives is the service's to say; one that outlives what the row says is refused.
 */
export const oauth: Kind<OauthTemplate> = {
  schema: SHAPE.schema,
  lengths: template => {
    if (!template) return { fallback: 3600, min: SHORTEST, max: LONGEST };
    const { longest } = template;
    return { fallback: longest, min: longest, max: longest };
  },
  scopes: 'optional',
  scopesOf: ({ scopes }) => scopes,
  compile: compileOauth,
};
