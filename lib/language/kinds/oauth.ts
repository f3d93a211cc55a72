import type { Endpoint } from '../../policy/endpoint.ts';
import type { OauthTemplate } from '../../policy/targets/oauth.ts';
import { findSlots } from '../../policy/template.ts';
import type { Complaints } from '../complaint.ts';
import { suggestWord } from '../nearest.ts';
import { object, optional, raw, record, required, text } from '../shape.ts';
import { scopeList } from '../statement.ts';
import { findEntry, type MapTree, type Tree } from '../tree.ts';
import { claimsShape, readClaims } from './jwt.ts';
import { checkTemplates, type Kind, type KindSetting, writeSubject } from './kind.ts';

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
      .at(findEntry(tree, 'endpoint')?.value ?? tree)
      .wrongValue(`broker.yml has no endpoint "${name}".${suggestWord(name, endpoints.keys())}`);
  return found;
}

/** A role fills the slots of its row, each in its form, and sends nothing else of its own. */
function checkParameters(tree: Tree, endpoint: Endpoint, complaints: Complaints): void {
  const written = findEntry(tree, 'parameters')?.value;
  const entries = written?.kind === 'map' ? written.entries : [];
  for (const { key, place, value } of entries) {
    const slot = Object.hasOwn(endpoint.slots, key) ? endpoint.slots[key] : undefined;
    if (!slot) {
      const near = suggestWord(key, Object.keys(endpoint.slots));
      complaints.at(place).say('unknown-key', `"${key}" is no slot of the endpoint ${endpoint.name}.${near}`);
    } else if (slot.form && value.kind === 'scalar' && typeof value.value === 'string')
      if (findSlots(value.value).length === 0 && !new RegExp(`^(?:${slot.form.pattern})$`).test(value.value))
        complaints.at(value).wrongValue(`Expected ${slot.form.says}.`);
  }
  for (const [name, slot] of Object.entries(endpoint.slots))
    if (slot.required && !entries.some(({ key }) => key === name))
      complaints
        .at(written ?? tree)
        .say('missing-key', `parameters: "${name}" is required for ${endpoint.name}.`);
}

/** Without a scope the service would choose, and a token with all that there is would be as good as any. */
function checkOauthScopes(tree: Tree, endpoint: Endpoint, complaints: Complaints): void {
  const written = findEntry(tree, 'scopes');
  if (endpoint.scoping === 'asked' && !written)
    complaints
      .at(tree)
      .say('scopes-refused', `scopes are required: without any, ${endpoint.name} would choose.`);
  if (endpoint.scoping === 'theirs' && written)
    complaints
      .at(written)
      .say(
        'scopes-refused',
        `${endpoint.name} gives what its own rule for this role says, and heeds no scope. Remove scopes.`,
      );
}

/** Claims decide nothing at a place of their own: what is filled in there is bound, as resources are. */
function checkOauthSlots(tree: Tree, setting: KindSetting, complaints: Complaints): void {
  if (tree.kind !== 'map') return;
  const apart = (key: string): boolean => key === 'parameters' || key === 'claims';
  const rest: MapTree = { ...tree, entries: tree.entries.filter(({ key }) => !apart(key)) };
  checkTemplates(rest, 'none', setting, complaints);
  const parameters = findEntry(tree, 'parameters');
  if (parameters) checkTemplates(parameters.value, 'bound', setting, complaints);
}

function compileOauth(tree: Tree, setting: KindSetting, complaints: Complaints): OauthTemplate | undefined {
  checkOauthSlots(tree, setting, complaints);
  const read = SHAPE.read(tree, complaints);
  const claims = findEntry(tree, 'claims');
  const compiled = claims ? readClaims(claims.value, setting, complaints) : {};
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
    claims: compiled,
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
