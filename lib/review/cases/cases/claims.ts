import { addFollowingClaims, type JobFamily, SCENARIOS, type Scenario } from '../../../jobs/scenarios.ts';
import type { Complaints } from '../../../language/complaint.ts';
import { OWN_CLAIM_HINT } from '../../../language/condition.ts';
import type { Placed } from '../../../language/shape.ts';
import { findEntry, listEntries, type MapTree, type Tree } from '../../../language/tree.ts';
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
  from: Placed<string>,
  reading: CaseReading,
): CaseBase | undefined {
  const { family, changes } = scenario;
  const iss = findVendorIssuer(family, reading);
  if (iss !== undefined) return { claims: { iss, ...family.usual, ...changes }, family, left: [] };
  return reading.complaints
    .at(from)
    .say(
      'issuer-unknown',
      `broker.yml lists no issuer with the preset ${family.preset}, whose job "${from.value}" is.`,
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
  if (above.has(from.value)) return above.get(from.value);
  const scenario = SCENARIOS.get(from.value);
  if (scenario) return startFromScenario(scenario, from, reading);
  const known = [...above.keys(), ...SCENARIOS.keys()];
  return complaints
    .at(from)
    .unknownName('wrong-value', 'No case above this one and no scenario is named', from.value, known);
}

/** The issuer that a case's claims name, or else the first that the policy trusts. */
function findCaseIssuer(claims: Claims, reading: CaseReading): string | undefined {
  const issuer = findClaim(claims, 'iss') ?? reading.role.trust[0]?.issuer;
  return typeof issuer === 'string' ? issuer : undefined;
}

/** The claims with what sets another job of the same vendor apart. */
function applyScenario(written: WrittenCase, base: CaseBase, reading: CaseReading): CaseBase {
  const { as } = written;
  if (!as) return base;
  const here = reading.complaints.at(as);
  const scenario = SCENARIOS.get(as.value);
  const issuer = findCaseIssuer(base.claims, reading);
  const preset = issuer === undefined ? undefined : reading.issuers.get(issuer)?.preset;
  if (!scenario) here.unknownName('wrong-value', 'There is no scenario', as.value, SCENARIOS.keys());
  else if (scenario.family.preset !== preset)
    here.wrongValue(`"${as.value}" is no job of ${issuer}, whose token the case has.`);
  return { ...base, claims: { ...base.claims, ...scenario?.changes } };
}

function complainOfNoText(written: MapTree['entries'], claims: Claims, complaints: Complaints): void {
  const stray = written.find(
    ({ key }) => ['iss', 'sub', 'aud'].includes(key) && typeof claims[key] !== 'string',
  );
  if (stray)
    complaints
      .at(stray.value)
      .wrongType(
        `text for "${stray.key}", as in every token that reaches a role`,
        ' Leave it out for the usual one.',
      );
}

/** A misspelt claim would make a case pass for a reason that nobody meant. */
function complainOfNames(claims: Claims, tree: Tree, reading: CaseReading): void {
  const { issuers, complaints } = reading;
  const written = listEntries(findEntry(tree, 'claims')?.value);
  complainOfNoText(written, claims, complaints);
  const issuer = findCaseIssuer(claims, reading);
  const facts = issuer === undefined ? undefined : issuers.get(issuer);
  const hint = ' Its tokens are refused before any role.';
  if (issuer !== undefined && !facts)
    complaints
      .at(written.find(({ key }) => key === 'iss')?.value ?? tree)
      .unknownName('issuer-unknown', 'broker.yml lists no issuer', issuer, issuers.keys(), hint);
  const { vocabulary } = facts ?? {};
  if (!vocabulary) return;
  const known = Object.keys(vocabulary.claims);
  for (const entry of written)
    if (!findVocabularyTypes(vocabulary, entry.key))
      complaints
        .at(entry)
        .unknownName('claim-unknown', `${issuer} sends no claim`, entry.key, known, OWN_CLAIM_HINT);
}

function complainOfWithout(written: WrittenCase, claims: Claims, reading: CaseReading): void {
  for (const name of written.without ?? [])
    if (!Object.hasOwn(claims, name.value))
      reading.complaints
        .at(name)
        .unknownName(
          'wrong-value',
          'There is nothing to leave out: no claim',
          name.value,
          Object.keys(claims),
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
