import type { Config } from '../../config/load.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import { addFollowingClaims, findFamily } from '../../jobs/scenarios.ts';
import { Complaints } from '../../language/complaint.ts';
import type { Claims } from '../../policy/claims.ts';
import { readAllCases, type TestedPolicy } from '../../review/cases/files.ts';
import { createMutants } from '../../review/cases/mutants.ts';
import { findDifferingRequest } from '../../review/cases/otherwise.ts';
import type { ShownRequest } from '../../review/compare/difference.ts';
import { findHolders } from '../../review/compare/holders.ts';
import type { Witness } from '../../review/space/witness.ts';
import { findPreset } from '../../token/presets.ts';
import type { JudgedRequest } from './request.ts';

type Policy = TestedPolicy['policy'];

function nameRequest(policy: Policy): Pick<JudgedRequest, 'of' | 'name'> {
  return { of: 'methods' in policy ? 'registry' : 'role', name: policy.name };
}

/** Lists the requests of the policy's own cases. */
function listOwnCases(tested: TestedPolicy): JudgedRequest[] {
  const { policy, written } = tested;
  return (written?.cases ?? []).map(({ claims, access, method, path, context }) => ({
    ...nameRequest(policy),
    claims,
    at: context.now,
    sourceAddress: context.sourceAddress,
    method,
    path,
    scopes: access.scopes,
    seconds: access.seconds,
  }));
}

function listWitnesses(shown: readonly (ShownRequest | undefined)[]): Witness[] {
  return shown.flatMap(each => (typeof each === 'object' ? [each.witness] : []));
}

/** Every kind of job of the vendor, with all else as in the one that is admitted. */
function listJobs(witness: Witness): Witness[] {
  const found = findFamily(findPreset(witness.issuer));
  if (!found) return [];
  const { family } = found;
  return Object.values(family.scenarios).map(changes => {
    const claims: Claims = Object.assign(Object.create(null), family.usual, witness.claims, changes);
    return { ...witness, claims: addFollowingClaims(family, claims) };
  });
}

/** A registry is asked by each of its methods. */
function createRequests(witness: Witness, policy: Policy): JudgedRequest[] {
  const { issuer, audience, claims, sourceAddress, now } = witness;
  const whole: Claims = Object.assign(Object.create(null), claims, { iss: issuer, aud: audience });
  const request = { ...nameRequest(policy), claims: whole, at: now, sourceAddress };
  return 'methods' in policy
    ? Object.keys(policy.methods).map(method => ({ ...request, method }))
    : [request];
}

/**
 * The requests on which versions most likely differ about this policy: what its cases ask; a token that each statement
 * admits, and that as each kind of job of its vendor; and for each condition a token that the policy without it would
 * decide otherwise. `now` is in seconds.
 */
function proposePolicyRequests(tested: TestedPolicy, config: Config, now: number): JudgedRequest[] {
  const { policy } = tested;
  const admitted = listWitnesses(
    findHolders(policy, config, { findSample: findSampleClaims, from: now }).map(({ shown }) => shown),
  );
  const near = listWitnesses(
    createMutants(policy).map(mutant => findDifferingRequest(policy, mutant.policy, config.rows)),
  );
  const all = [...admitted, ...admitted.flatMap(listJobs), ...near];
  return [...listOwnCases(tested), ...all.flatMap(witness => createRequests(witness, policy))];
}

/** Requests for every role and registry, as JSON, each once. */
export function proposeRequests(config: Config, now: number): string[] {
  const tested = readAllCases(config, new Complaints());
  const all = tested.flatMap(each => proposePolicyRequests(each, config, now));
  return [...new Set(all.map(request => JSON.stringify(request)))];
}
