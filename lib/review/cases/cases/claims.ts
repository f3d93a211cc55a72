import { addFollowingClaims, type JobFamily, SCENARIOS, type Scenario } from '../../../jobs/scenarios.ts';
import { suggestWord } from '../../../language/nearest.ts';
import type { Placed } from '../../../language/shape.ts';
import { findEntry, type MapTree, type Tree } from '../../../language/tree.ts';
import { type Claims, type ClaimValue, findClaim } from '../../../policy/claims.ts';
import { findVocabularyTypes, type IssuerFacts } from '../../../policy/issuer.ts';
import type { CaseBase, CaseReading, WrittenCase } from './case.ts';

type CaseIssuer = CaseReading['issuers'] extends ReadonlyMap<string, infer Facts> ? Facts : IssuerFacts;

const NOTHING: CaseBase = { claims: Object.create(null), family: undefined, left: [] };

/** The vendor's issuer: the one of which the policy speaks first, or else any that broker.yml lists. */
function findVendorIssuer(family: JobFamily, reading: CaseReading): string | undefined {
  const named = reading.role.trust.flatMap(({ issuer }) => reading.issuers.get(issuer) ?? []);
  return [...named, ...reading.issuers.values()].find((each: CaseIssuer) => each.preset === family.preset)
    ?.issuer;
}

function startFromScenario(
  scenario: Scenario,
  placed: Placed<string>,
  reading: CaseReading,
): CaseBase | undefined {
  const { family, changes } = scenario;
  const iss = findVendorIssuer(family, reading);
  if (iss !== undefined) return { claims: { iss, ...family.usual, ...changes }, family, left: [] };
  return reading.complaints
    .at(placed)
    .say(
      'issuer-unknown',
      `broker.yml lists no issuer with the preset ${family.preset}, whose job "${placed.value}" is.`,
    );
}

function findCaseBase(written: WrittenCase, tree: Tree, reading: CaseReading): CaseBase | undefined {
  const { from, claims } = written;
  const { above, complaints } = reading;
  if (!from && !claims)
    complaints
      .at(tree)
      .say('missing-key', 'A case has claims, or takes those of a case above it or of a scenario with from.');
  if (!from) return claims && NOTHING;
  const scenario = SCENARIOS.get(from.value);
  if (scenario && !above.has(from.value)) return startFromScenario(scenario, from, reading);
  if (!above.has(from.value))
    complaints
      .at(from)
      .wrongValue(
        `No case above this one and no scenario is named "${from.value}".${suggestWord(from.value, [...above.keys(), ...SCENARIOS.keys()])}`,
      );
  return above.get(from.value);
}

/** The claims with what sets another job of the same vendor apart. */
function applyScenario(written: WrittenCase, base: CaseBase, reading: CaseReading): CaseBase {
  const { as } = written;
  const { role, issuers, complaints } = reading;
  if (!as) return base;
  const scenario = SCENARIOS.get(as.value);
  const issuer = findClaim(base.claims, 'iss') ?? role.trust[0]?.issuer;
  const preset = typeof issuer === 'string' ? issuers.get(issuer)?.preset : undefined;
  if (!scenario)
    complaints
      .at(as)
      .wrongValue(`There is no scenario "${as.value}".${suggestWord(as.value, SCENARIOS.keys())}`);
  else if (scenario.family.preset !== preset)
    complaints.at(as).wrongValue(`"${as.value}" is no job of ${issuer}, whose token the case has.`);
  return { ...base, claims: { ...base.claims, ...scenario?.changes } };
}

function complainOfNoText(written: MapTree['entries'], claims: Claims, reading: CaseReading): void {
  const stray = written.find(
    ({ key }) => ['iss', 'sub', 'aud'].includes(key) && typeof claims[key] !== 'string',
  );
  if (stray)
    reading.complaints
      .at(stray.value)
      .say(
        'wrong-type',
        `"${stray.key}" is text in every token that reaches a role. Leave it out for the usual one.`,
      );
}

/** A misspelt claim would make a case pass for a reason that nobody meant. */
function complainOfNames(claims: Claims, tree: Tree, reading: CaseReading): void {
  const { role, issuers, complaints } = reading;
  const entries = findEntry(tree, 'claims')?.value;
  const written = entries?.kind === 'map' ? entries.entries : [];
  complainOfNoText(written, claims, reading);
  const issuer = findClaim(claims, 'iss') ?? role.trust[0]?.issuer;
  if (typeof issuer !== 'string') return;
  const facts = issuers.get(issuer);
  if (!facts) {
    complaints
      .at(written.find(({ key }) => key === 'iss')?.value.place ?? tree.place)
      .say(
        'issuer-unknown',
        `broker.yml lists no issuer "${issuer}", so its tokens are refused before any role.${suggestWord(issuer, issuers.keys())}`,
      );
    return;
  }
  const { vocabulary } = facts;
  for (const { key, place } of written) {
    if (vocabulary && !findVocabularyTypes(vocabulary, key))
      complaints
        .at(place)
        .say(
          'claim-unknown',
          `${issuer} sends no claim "${key}".${suggestWord(key, Object.keys(vocabulary.claims))} A claim of your own is added under "claims" of its row in broker.yml.`,
        );
  }
}

function complainOfWithout(written: WrittenCase, claims: Claims, reading: CaseReading): void {
  const { without = [] } = written;
  for (const { value, place } of without)
    if (!Object.hasOwn(claims, value))
      reading.complaints
        .at(place)
        .wrongValue(
          `The case has no claim "${value}" to leave out.${suggestWord(value, Object.keys(claims))}`,
        );
}

/** All claims but these. Without a prototype, so that no name is special. */
function omitClaims(claims: Claims, names: readonly string[]): Claims {
  const kept: { [name: string]: ClaimValue } = Object.assign(Object.create(null), claims);
  for (const name of names) delete kept[name];
  return kept;
}

/** The claims of a case, and what a case below it may start from; complains of what is wrong with them. */
export function readCaseClaims(
  written: WrittenCase,
  tree: Tree,
  reading: CaseReading,
): { readonly base: CaseBase; readonly claims: Claims } | undefined {
  const start = findCaseBase(written, tree, reading);
  if (!start) return undefined;
  const { claims: before, family } = applyScenario(written, start, reading);
  const merged: Claims = { ...before, ...written.claims };
  const gone = start.left.filter(name => !Object.hasOwn(merged, name));
  const whole = omitClaims(family ? addFollowingClaims(family, merged) : merged, gone);
  const left = [...gone, ...(written.without ?? []).map(({ value }) => value)];
  complainOfWithout(written, whole, reading);
  const claims = omitClaims(whole, left);
  complainOfNames(claims, tree, reading);
  return { base: { claims: omitClaims(merged, left), family, left }, claims };
}
