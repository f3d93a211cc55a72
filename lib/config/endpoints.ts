import { isFederation } from '../language/audience.ts';
import { Complaints, type ComplaintsAt } from '../language/complaint.ts';
import {
  integer,
  object,
  oneOf,
  optional,
  type Placed,
  record,
  required,
  text,
  truth,
} from '../language/shape.ts';
import { findEntry, findValue, listEntries, type Tree } from '../language/tree.ts';
import { AUDIENCE_PARAMETERS, type Endpoint, GRANT_PARAMETERS, GRANTS } from '../policy/endpoint.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Registry } from '../policy/registry.ts';
import type { Role } from '../policy/role.ts';
import { ENDPOINT_PRESETS, type EndpointPreset, type EndpointPresetName } from './endpoint-presets.ts';

const PRESET_NAMES = Object.keys(ENDPOINT_PRESETS) as [EndpointPresetName, ...EndpointPresetName[]];
const NAME = /^[a-z0-9-]{1,64}$/;

// Scheme, host and path: no user, no query, no fragment.
const URL_TEXT = text({
  max: 512,
  pattern: /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[\w.~%/-]*$/,
  says: 'a whole https URL without user, query or fragment',
});
const VALUE = text({ max: 512, pattern: /^[\x20-\x7e]+$/, says: 'text of at most 512 printable characters' });

const ENDPOINT = object({
  preset: optional(oneOf(...PRESET_NAMES)),
  url: optional(URL_TEXT),
  audience: required(text({ max: 512, pattern: /^[\x21-\x7e]+$/, says: 'one audience, without spaces' })),
  grant: optional(oneOf(...GRANTS)),
  body: optional(oneOf('form', 'json')),
  parameters: optional(record(VALUE, 20)),
  slots: optional(record(oneOf('required', 'optional'), 20)),
  scopes: optional(oneOf('asked', 'theirs')),
  seconds: optional(integer(60, 86_400, ' seconds')),
  allow_private_network: optional(truth),
});

/** The rows of `endpoints`, by name. */
export const ENDPOINTS = record(ENDPOINT, 50);

type EndpointText = NonNullable<ReturnType<typeof ENDPOINT.read>>;

function findEndpointUrl(row: EndpointText, preset: EndpointPreset | undefined, here: ComplaintsAt): string {
  const known = preset?.url;
  if (typeof known === 'string' && row.url !== undefined && row.url !== known)
    here.wrongValue(`The endpoint of ${row.preset} is ${known}. Leave url out.`);
  if (known instanceof Object && !known.pattern.test(row.url ?? ''))
    here.wrongValue(`url of ${row.preset} is yours: ${known.says}.`);
  if (known === undefined && row.url === undefined)
    here.say('missing-key', 'Name a preset, or the whole url of the token endpoint.');
  return (typeof known === 'string' ? known : row.url) ?? '';
}

/** A preset fixes what the service's own documentation says: a row that says it again could only differ. */
function complainOfPreset(row: EndpointText, tree: Tree, complaints: Complaints): void {
  for (const key of ['grant', 'body', 'slots', 'scopes']) {
    const written = findEntry(tree, key);
    if (row.preset && written)
      complaints.at(written).wrongValue(`${key} is what ${row.preset} has. Remove it, or leave preset out.`);
  }
  if (!row.preset && row.grant === undefined)
    complaints.at(tree).missingKey('grant', `without a preset: ${GRANTS.join(', ')}`);
}

const REFUSED_PARAMETERS = {
  parameters: GRANT_PARAMETERS,
  slots: new Set([...GRANT_PARAMETERS, ...AUDIENCE_PARAMETERS]),
};

/** The grant's own members are set once, and whom the token is for no role may say (threat T90). */
function complainOfParameters(row: EndpointText, tree: Tree, complaints: Complaints): void {
  for (const [key, refused] of Object.entries(REFUSED_PARAMETERS))
    for (const entry of listEntries(findEntry(tree, key)?.value))
      if (refused.has(entry.key))
        complaints
          .at(entry)
          .wrongValue(
            `"${entry.key}" is not for ${key}: the grant, the audience and secrets are no parameters.`,
          );
  const { parameters = {}, slots = {} } = row;
  const twice = Object.keys(parameters).find(name => Object.hasOwn(slots, name));
  if (twice !== undefined)
    complaints
      .at(tree)
      .wrongValue(`"${twice}" is fixed in parameters, and a role fills it in by slots. Remove one.`);
}

function compileSlots(written: EndpointText): Endpoint['slots'] {
  const { slots = {} } = written;
  return Object.fromEntries(
    Object.entries(slots).map(([name, said]) => [name, { required: said === 'required' }]),
  );
}

function compileEndpoint(name: string, tree: Tree, complaints: Complaints): Endpoint | undefined {
  const row = ENDPOINT.read(tree, new Complaints());
  if (!row) return undefined;
  const here = complaints.at(tree);
  if (!NAME.test(name)) here.wrongValue('The name of an endpoint is 1 to 64 of a-z, 0-9 and -.');
  const preset: EndpointPreset | undefined = row.preset && ENDPOINT_PRESETS[row.preset];
  complainOfPreset(row, tree, complaints);
  complainOfParameters(row, tree, complaints);
  return {
    name,
    url: findEndpointUrl(row, preset, here),
    grant: preset?.grant ?? row.grant ?? 'token_exchange',
    body: preset?.body ?? row.body ?? 'form',
    headers: preset?.headers ?? {},
    audience: row.audience,
    scoping: preset?.scoping ?? row.scopes ?? 'asked',
    allowPrivateNetwork: row.allow_private_network ?? false,
    parameters: row.parameters ?? {},
    slots: preset?.slots ?? compileSlots(row),
    seconds: row.seconds ?? preset?.seconds ?? 3600,
  };
}

/** Compiles `endpoints` of broker.yml, whose shape was read, or complains of all that is wrong with it. */
export function compileEndpoints(
  tree: Tree | undefined,
  complaints: Complaints,
): ReadonlyMap<string, Placed<Endpoint>> {
  const rows = new Map<string, Placed<Endpoint>>();
  for (const { key, value: row } of listEntries(tree)) {
    const value = compileEndpoint(key, row, complaints);
    if (value) rows.set(key, { value, place: findValue(row, 'audience').place });
  }
  return rows;
}

/** All else that takes a JWT for an audience of its own. */
export type AudienceOwners = {
  readonly url: string;
  readonly audience: string;
  readonly issuers: ReadonlyMap<string, IssuerFacts>;
  readonly roles: readonly Pick<Role, 'audience' | 'template'>[];
  readonly registries: readonly Pick<Registry, 'audience'>[];
};

function* listAudiences(holders: AudienceOwners): Iterable<string> {
  const { url, audience, issuers, roles, registries } = holders;
  yield* [url, audience];
  for (const facts of issuers.values()) yield* facts.audiences;
  for (const role of roles) {
    yield role.audience;
    if (role.template.kind === 'jwt') yield role.template.audience;
    if (role.template.kind === 'buildkite' && role.template.app === undefined)
      yield `https://buildkite.com/${role.template.organization}`;
  }
  for (const registry of registries) yield registry.audience;
}

/** A JWT of ours for one endpoint must be worth nothing anywhere else (threat T90). */
export function complainOfAudiences(
  rows: ReadonlyMap<string, Placed<Endpoint>>,
  others: AudienceOwners,
  complaints: Complaints,
): void {
  const taken = new Set(listAudiences(others));
  for (const row of rows.values()) {
    const { audience } = row.value;
    const here = complaints.at(row);
    if (isFederation(audience))
      here.say(
        'audience-shared',
        `A cloud takes "${audience}" as proof of identity, and this endpoint would get it.`,
      );
    else if (taken.has(audience))
      here.wrongValue(
        `"${audience}" is the audience of something else too, so who gets our JWT here could use it there.`,
      );
    taken.add(audience);
  }
}
