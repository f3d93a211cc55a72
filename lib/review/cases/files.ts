import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/load.ts';
import { locateFile, readSource } from '../../config/sources.ts';
import type { Complaints } from '../../language/complaint.ts';
import type { PolicyItem } from '../compare/item.ts';
import { type CaseFile, parseCases } from './cases.ts';

/** A role or a registry, and the file of its cases. */
export type TestedPolicy = {
  readonly policy: PolicyItem;
  readonly path: string;
  /** Undefined where there is no such file, or where it could not be read. */
  readonly written: CaseFile | undefined;
};

const ENDING = '.test.yml';

/** Where the cases of a role or a registry stand: beside it. */
export function findCasesPath(folder: string, policy: PolicyItem): string {
  return join(folder, 'methods' in policy ? 'registries' : 'roles', `${policy.name}${ENDING}`);
}

function readTested(policy: PolicyItem, config: Config, complaints: Complaints): TestedPolicy {
  const path = findCasesPath(config.folder, policy);
  const source = existsSync(path) ? readSource(path, complaints) : undefined;
  const written =
    source === undefined
      ? undefined
      : parseCases(path, source, { role: policy, issuers: config.rows }, complaints);
  return { policy, path, written };
}

/** Cases that stand beside nothing would test nothing. */
function complainOfStray(below: string, names: readonly string[], complaints: Complaints): void {
  const files = existsSync(below) ? readdirSync(below).filter(file => file.endsWith(ENDING)) : [];
  for (const file of files.sort()) {
    const name = file.slice(0, -ENDING.length);
    if (!names.includes(name))
      complaints
        .at(locateFile(join(below, file)))
        .unknownName('file-name', 'Nothing here is named', name, names);
  }
}

/** Reads the cases of these roles and registries, and complains of all that is wrong with them at once. */
export function readPolicyCases(
  policies: readonly PolicyItem[],
  config: Config,
  complaints: Complaints,
): readonly TestedPolicy[] {
  return policies.map(policy => readTested(policy, config, complaints));
}

/** Reads the cases of every role and registry of a configuration, and complains of cases that belong to none. */
export function readAllCases(config: Config, complaints: Complaints): readonly TestedPolicy[] {
  for (const below of ['roles', 'registries'] as const) {
    const names = config[below].map(({ name }) => name);
    complainOfStray(join(config.folder, below), names, complaints);
  }
  return readPolicyCases([...config.roles, ...config.registries], config, complaints);
}
