import type { JWK } from 'jose';
import { audienceShape, compileAudience } from '../language/audience.ts';
import type { Complaints } from '../language/complaint.ts';
import { claimsSchema, compileClaims, listUnmetBindings } from '../language/condition.ts';
import {
  data,
  either,
  integer,
  list,
  object,
  oneOf,
  optional,
  raw,
  record,
  required,
  text,
  truth,
} from '../language/shape.ts';
import { findEntry, type MapTree, type Place, type Tree } from '../language/tree.ts';
import type { ClaimType, ClaimValue } from '../policy/claims.ts';
import type { Binding, EventSource, IssuerFacts, Vocabulary } from '../policy/issuer.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { createKeySet, KeySetError } from '../token/keyset.ts';
import { findPreset, type Labels, PRESETS, type Preset, type PresetName } from '../token/presets.ts';
import { UUID } from './people.ts';

const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;
const CLAIM_TYPES = ['string', 'number', 'boolean', 'array', 'object'] as const;
/** Seconds: what a plain issuer's tokens may live, and the most that any row may allow (threat T17). */
const USUAL_LIFETIME = 600;
const LONGEST_LIFETIME = 3600;
/** And with a reason beside it, for vendors whose jobs cannot ask for less: GitLab's tokens live as long as the job may. */
const LONGEST_WITH_REASON = 86_400;

// Scheme, host and path as a token's iss has them: no user, no query, no fragment, no trailing space.
const HTTPS = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[\w.~%/-]*)?$/;
const URL_TEXT = text({ max: 600, pattern: HTTPS, says: 'an https URL without user, query or fragment' });

// A partner source, whose bus has the same name: https://buildkite.com/docs/integrations/amazon-eventbridge
const EVENT_SOURCE = object({
  source: required(
    text({
      max: 256,
      pattern: /^aws\.partner\/buildkite\.com\/[\w.-]+\/[\w.-]+$/,
      says: 'a partner event source of Buildkite, such as aws.partner/buildkite.com/acme/0106-187c-12cd4fe',
    }),
  ),
  organization_id: required(UUID),
  account: required(text({ pattern: /^\d{12}$/, says: 'the number of an AWS account, in quotes' })),
});

const ROW = object({
  preset: optional(oneOf(...PRESET_NAMES)),
  issuer: optional(URL_TEXT),
  jwks_uri: optional(URL_TEXT),
  jwks: optional(object({ keys: optional(list(data, 100)) })),
  allow_private_network: optional(truth),
  algorithms: optional(list(oneOf(...ALGORITHMS), 5)),
  max_token_lifetime: optional(
    either(
      integer(30, LONGEST_LIFETIME, ' seconds'),
      object({
        value: required(integer(30, LONGEST_WITH_REASON, ' seconds')),
        reason: required(text({ min: 8, says: 'the reason why' })),
      }),
    ),
  ),
  audiences: optional(list(audienceShape, 20)),
  bind: optional(list(text({ max: 256 }), 10)),
  single_tenant: optional(truth),
  claims: optional(record(oneOf(...CLAIM_TYPES), 200)),
  require: optional(raw(claimsSchema)),
  events: optional(list(EVENT_SOURCE, 5)),
  running: optional(truth),
});

/** A row of issuers, for editors. */
export const rowSchema = ROW.schema;

type IssuerText = NonNullable<ReturnType<typeof ROW.read>>;

function choosePreset(written: IssuerText, place: Place, complaints: Complaints): Preset | undefined {
  const { preset, issuer } = written;
  const owner = issuer === undefined ? undefined : findPreset(issuer);
  if (preset && owner && owner !== preset)
    complaints.at(place).say('issuer-row', `"${issuer}" belongs to the preset ${owner}, not ${preset}.`);
  // The URL decides, whatever the row says: leaving out the preset must not leave out its demands.
  const name = owner ?? preset;
  return name && PRESETS[name];
}

function findIssuerUrl(
  row: IssuerText,
  preset: Preset | undefined,
  place: Place,
  complaints: Complaints,
): string | undefined {
  const url = row.issuer ?? preset?.issuer;
  const customer = preset?.customer;
  if (customer && !(url !== undefined && customer.pattern.test(url))) {
    complaints
      .at(place)
      .say(
        'issuer-row',
        `Each customer of this service has an issuer of its own, byte for byte: ${customer.form}.`,
      );
  } else if (url === undefined) complaints.at(place).say('issuer-row', 'Name a preset or an issuer.');
  return url;
}

/** Keys that stand in the file are vetted as fetched ones are, and here each refusal is a complaint. */
function vetInlineKeys(
  row: IssuerText,
  algorithms: readonly string[],
  place: Place,
  complaints: Complaints,
): readonly JWK[] {
  const keys = row.jwks?.keys ?? [];
  if (keys.length === 0) complaints.at(place).say('empty', 'jwks needs at least one key under keys.');
  const skipped: string[] = [];
  try {
    createKeySet(keys as ClaimValue[], algorithms, why => void skipped.push(why));
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    if (keys.length > skipped.length) skipped.push(error.message);
  }
  for (const why of skipped) complaints.at(place).say('issuer-row', `A key in jwks cannot be used: ${why}.`);
  return keys as JWK[];
}

function chooseAlgorithms(row: IssuerText, preset: Preset | undefined): readonly string[] {
  return row.algorithms ?? preset?.algorithms ?? ['RS256'];
}

function compileKeyPlace(
  row: IssuerText,
  issuer: string,
  preset: Preset | undefined,
  place: Place,
  complaints: Complaints,
): IssuerRow['origin'] | undefined {
  if (row.jwks && row.jwks_uri !== undefined)
    complaints.at(place).say('issuer-row', 'Keys are either inline (jwks) or fetched (jwks_uri), not both.');
  if (row.jwks) return { keys: vetInlineKeys(row, chooseAlgorithms(row, preset), place, complaints) };
  const uri = row.jwks_uri ?? preset?.jwks(issuer);
  if (uri === undefined)
    complaints
      .at(place)
      .say('issuer-row', 'Say where the keys are: jwks_uri, or jwks with the keys themselves.');
  return uri === undefined ? undefined : { uri };
}

/** A preset's demands always hold; a row's `bind` adds one more. A plain issuer must say one or the other. */
function compileBinding(
  row: IssuerText,
  preset: Preset | undefined,
  place: Place,
  complaints: Complaints,
): readonly Binding[] {
  const own: Binding[] = row.bind ? [{ anyOf: row.bind, ownerPrefix: [] }] : [];
  if (row.single_tenant && row.bind)
    complaints.at(place).say('issuer-row', 'single_tenant and bind contradict each other.');
  if (preset && row.single_tenant)
    complaints
      .at(place)
      .say(
        'issuer-row',
        preset.customer
          ? 'The URL of this issuer names the customer already. Remove single_tenant.'
          : 'This issuer serves many customers, so it cannot be single_tenant.',
      );
  if (!preset && !row.bind && !row.single_tenant) {
    complaints
      .at(place)
      .say(
        'issuer-row',
        'Say bind: [claim] with a claim that names the tenant, or single_tenant: true if this issuer signs for you alone.',
      );
  }
  return [...(preset?.binding ?? []), ...own];
}

function compileVocabulary(row: IssuerText, preset: Preset | undefined): Vocabulary | undefined {
  if (!preset && !row.claims) return undefined;
  const own: Record<string, readonly ClaimType[]> = Object.assign(
    Object.create(null),
    preset?.vocabulary.claims,
  );
  const always = preset ? {} : { iss: 'string', sub: 'string', aud: 'string', jti: 'string' };
  for (const [name, type] of Object.entries({ ...always, ...row.claims }))
    own[name] = [type as ClaimType, 'null'];
  return { claims: own, prefixes: preset?.vocabulary.prefixes ?? {} };
}

function compileGuard(
  tree: Tree | undefined,
  facts: IssuerFacts,
  complaints: Complaints,
): IssuerRow['require'] {
  if (!tree) return [];
  if (tree.kind === 'map' && tree.entries.length > 0)
    return compileClaims(tree as MapTree, facts, complaints);
  complaints
    .at(tree)
    .say(tree.kind === 'map' ? 'empty' : 'wrong-type', 'require is a mapping of claims, as in a statement.');
  return [];
}

/** Whose events tell of this issuer's jobs, and whether each role looks at them. Only Buildkite sends any that are known here. */
function compileEventSources(
  written: IssuerText,
  preset: PresetName | undefined,
  place: Place,
  complaints: Complaints,
): Pick<IssuerFacts, 'events' | 'running'> {
  const { events, running } = written;
  if (events && preset !== 'buildkite')
    complaints.at(place).say('issuer-row', 'Only Buildkite sends events that are known here. Remove events.');
  if (running && !events)
    complaints
      .at(place)
      .say('demand-refused', 'running needs events: say where they come from, or remove running.');
  const sources = (events ?? []).map(
    ({ source, organization_id: organizationId, account }): EventSource => ({
      source,
      organizationId,
      account,
    }),
  );
  if (new Set(sources.map(({ source }) => source)).size < sources.length)
    complaints.at(place).say('issuer-row', 'Two entries of events name the same source.');
  return { ...(events ? { events: sources } : {}), ...(running ? { running: true } : {}) };
}

function chooseLifetime(written: IssuerText, preset: Preset | undefined): number {
  const own =
    typeof written.max_token_lifetime === 'object'
      ? written.max_token_lifetime.value
      : written.max_token_lifetime;
  return own ?? preset?.maxTokenLifetime ?? USUAL_LIFETIME;
}

/** A link leads to the pages of who has this issuer: a name on a server of one's own is not one on github.com. */
function compileLabels(preset: Preset | undefined, issuer: string): Labels {
  const { labels = {}, site } = preset ?? {};
  const { link } = labels;
  if (link === undefined || site === undefined) return labels;
  return { ...labels, link: `${site(issuer)}${link.slice(new URL(link).origin.length)}` };
}

/** Compiles what the engine knows of an issuer, but for what binds it to a tenant. */
function compileFacts(
  row: IssuerText,
  issuer: string,
  preset: Preset | undefined,
  place: Place,
  complaints: Complaints,
): Omit<IssuerFacts, 'binding'> {
  return {
    issuer,
    vocabulary: compileVocabulary(row, preset),
    nullable: preset?.nullable ?? [],
    onRequest: preset?.onRequest,
    session: preset?.session ?? { group: 'sub', run: 'jti', job: 'jti' },
    pipelineId: preset?.pipelineId,
    audiences: (row.audiences ?? []).map(each => compileAudience(each, complaints)),
    ...compileEventSources(row, findPreset(issuer) ?? row.preset, place, complaints),
  };
}

/** Compiles one row of `issuers`, or complains of all that is wrong with it and gives undefined. */
export function compileIssuerRow(
  tree: Tree,
  complaints: Complaints,
): { row: IssuerRow; place: Place } | undefined {
  const row = ROW.read(tree, complaints);
  if (!row) return undefined;
  const { place } = tree;
  const preset = choosePreset(row, place, complaints);
  const issuer = findIssuerUrl(row, preset, place, complaints);
  const origin = issuer === undefined ? undefined : compileKeyPlace(row, issuer, preset, place, complaints);
  const binding = compileBinding(row, preset, place, complaints);
  if (issuer === undefined || origin === undefined) return undefined;
  const facts = { ...compileFacts(row, issuer, preset, place, complaints), binding };
  const guard = compileGuard(findEntry(tree, 'require')?.value, facts, complaints);
  const compiled = {
    ...facts,
    preset: findPreset(issuer) ?? row.preset,
    origin,
    allowPrivateNetwork: row.allow_private_network ?? false,
    algorithms: chooseAlgorithms(row, preset),
    maxTokenLifetime: chooseLifetime(row, preset),
    ...(preset?.shorterToken === undefined ? {} : { shorterToken: preset.shorterToken }),
    require: guard,
    guardBinds: guard.length > 0 && listUnmetBindings(guard, facts).length === 0,
    labels: compileLabels(preset, issuer),
  };
  return { place, row: compiled };
}
