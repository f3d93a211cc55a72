import type { JWK } from 'jose';
import { audienceShape, compileAudience } from '../language/audience.ts';
import type { Complaints, ComplaintsAt } from '../language/complaint.ts';
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
import { findEntry, type Tree } from '../language/tree.ts';
import type { ClaimType, ClaimValue } from '../policy/claims.ts';
import type { Condition } from '../policy/condition.ts';
import type { Binding, IssuerFacts, Vocabulary } from '../policy/issuer.ts';
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

/** A row while it is compiled: as it was read, its preset, and where it is complained of. */
type RowReading = {
  readonly row: IssuerText;
  readonly preset: Preset | undefined;
  readonly here: ComplaintsAt;
};

function choosePreset(row: IssuerText, here: ComplaintsAt): Preset | undefined {
  const { preset, issuer } = row;
  const owner = issuer === undefined ? undefined : findPreset(issuer);
  if (preset && owner && owner !== preset)
    here.say('issuer-row', `"${issuer}" belongs to the preset ${owner}, not ${preset}.`);
  // The URL decides, whatever the row says: leaving out the preset must not leave out its demands.
  const name = owner ?? preset;
  return name && PRESETS[name];
}

function findIssuerUrl(reading: RowReading): string | undefined {
  const { row, preset, here } = reading;
  const url = row.issuer ?? preset?.issuer;
  const customer = preset?.customer;
  const says = 'Each customer of this service has an issuer of its own, byte for byte';
  if (customer && !(url !== undefined && customer.pattern.test(url)))
    here.say('issuer-row', `${says}: ${customer.form}.`);
  else if (url === undefined) here.say('issuer-row', 'Name a preset or an issuer.');
  return url;
}

/** Keys that stand in the file are vetted as fetched ones are, and here each refusal is a complaint. */
function vetInlineKeys(reading: RowReading): readonly JWK[] {
  const { row, here } = reading;
  const keys = row.jwks?.keys ?? [];
  if (keys.length === 0) here.say('empty', 'jwks needs at least one key under keys.');
  const skipped: string[] = [];
  try {
    createKeySet(keys as ClaimValue[], chooseAlgorithms(reading), why => void skipped.push(why));
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    if (keys.length > skipped.length) skipped.push(error.message);
  }
  for (const why of skipped) here.say('issuer-row', `A key in jwks cannot be used: ${why}.`);
  return keys as JWK[];
}

function chooseAlgorithms(reading: RowReading): readonly string[] {
  return reading.row.algorithms ?? reading.preset?.algorithms ?? ['RS256'];
}

function compileKeyPlace(issuer: string, reading: RowReading): IssuerRow['origin'] | undefined {
  const { row, preset, here } = reading;
  if (row.jwks && row.jwks_uri !== undefined)
    here.say('issuer-row', 'Keys are either inline (jwks) or fetched (jwks_uri), not both.');
  if (row.jwks) return { keys: vetInlineKeys(reading) };
  const uri = row.jwks_uri ?? preset?.jwks(issuer);
  if (uri !== undefined) return { uri };
  return here.say('issuer-row', 'Say where the keys are: jwks_uri, or jwks with the keys themselves.');
}

/** A preset's demands always hold; a row's `bind` adds one more. A plain issuer must say one or the other. */
function compileBinding(reading: RowReading): readonly Binding[] {
  const { row, preset, here } = reading;
  const { bind, single_tenant: single = false } = row;
  if (single && bind) here.say('issuer-row', 'single_tenant and bind contradict each other.');
  if (preset && single)
    here.say(
      'issuer-row',
      preset.customer
        ? 'The URL of this issuer names the customer already. Remove single_tenant.'
        : 'This issuer serves many customers, so it cannot be single_tenant.',
    );
  if (!preset && !bind && !single)
    here.say(
      'issuer-row',
      'Say bind: [claim] with a claim that names the tenant, or single_tenant: true if this issuer signs for you alone.',
    );
  return [...(preset?.binding ?? []), ...(bind ? [{ anyOf: bind, ownerPrefix: [] }] : [])];
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

function compileGuard(tree: Tree | undefined, facts: IssuerFacts, complaints: Complaints): Condition[] {
  if (!tree) return [];
  if (tree.kind === 'map' && tree.entries.length > 0) return compileClaims(tree, facts, complaints);
  const rule = tree.kind === 'map' ? 'empty' : 'wrong-type';
  complaints.at(tree).say(rule, 'require is a mapping of claims, as in a statement.');
  return [];
}

/** Whose events tell of this issuer's jobs, and whether each role looks at them. Only Buildkite sends any that are known here. */
function compileEventSources(
  preset: PresetName | undefined,
  reading: RowReading,
): Pick<IssuerFacts, 'events' | 'running'> {
  const { row, here } = reading;
  const { events, running } = row;
  if (events && preset !== 'buildkite')
    here.say('issuer-row', 'Only Buildkite sends events that are known here. Remove events.');
  if (running && !events)
    here.say('demand-refused', 'running needs events: say where they come from, or remove running.');
  const sources = events?.map(({ source, organization_id: organizationId, account }) => ({
    source,
    organizationId,
    account,
  }));
  if (sources && new Set(sources.map(({ source }) => source)).size < sources.length)
    here.say('issuer-row', 'Two entries of events name the same source.');
  return { ...(sources ? { events: sources } : {}), ...(running ? { running: true } : {}) };
}

function chooseLifetime(reading: RowReading): number {
  const { row, preset } = reading;
  const own = row.max_token_lifetime;
  return (typeof own === 'object' ? own.value : own) ?? preset?.maxTokenLifetime ?? USUAL_LIFETIME;
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
  issuer: string,
  reading: RowReading,
  complaints: Complaints,
): Omit<IssuerFacts, 'binding'> {
  const { row, preset } = reading;
  return {
    issuer,
    vocabulary: compileVocabulary(row, preset),
    nullable: preset?.nullable ?? [],
    onRequest: preset?.onRequest,
    session: preset?.session ?? { group: 'sub', run: 'jti', job: 'jti' },
    pipelineId: preset?.pipelineId,
    audiences: (row.audiences ?? []).map(each => compileAudience(each, complaints)),
    ...compileEventSources(findPreset(issuer) ?? row.preset, reading),
  };
}

/** Compiles one row of `issuers`, or complains of all that is wrong with it and gives undefined. */
export function compileIssuerRow(tree: Tree, complaints: Complaints): IssuerRow | undefined {
  const row = ROW.read(tree, complaints);
  if (!row) return undefined;
  const here = complaints.at(tree);
  const preset = choosePreset(row, here);
  const reading = { row, preset, here };
  const issuer = findIssuerUrl(reading);
  const origin = issuer === undefined ? undefined : compileKeyPlace(issuer, reading);
  const binding = compileBinding(reading);
  if (issuer === undefined || origin === undefined) return undefined;
  const facts = { ...compileFacts(issuer, reading, complaints), binding };
  const guard = compileGuard(findEntry(tree, 'require')?.value, facts, complaints);
  return {
    ...facts,
    preset: findPreset(issuer) ?? row.preset,
    origin,
    allowPrivateNetwork: row.allow_private_network ?? false,
    algorithms: chooseAlgorithms(reading),
    maxTokenLifetime: chooseLifetime(reading),
    ...(preset?.shorterToken === undefined ? {} : { shorterToken: preset.shorterToken }),
    require: guard,
    guardNamesTenant: guard.length > 0 && listUnmetBindings(guard, facts).length === 0,
    labels: compileLabels(preset, issuer),
  };
}
