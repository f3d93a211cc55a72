import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../lib/config/load.ts';
import { locateFile } from '../lib/config/sources.ts';
import { type Complaint, Complaints } from '../lib/language/complaint.ts';
import { parse } from '../lib/language/parse.ts';
import { findEntry, type Place } from '../lib/language/tree.ts';
import type { DeployOptions } from './options.ts';

/**
 * Names that nobody can own (RFC 2606, RFC 6761, RFC 6762): a broker at one of them could be asked for its keys
 * by whoever answers to that name on the asker's own network.
 */
const RESERVED = [
  'test',
  'example',
  'invalid',
  'localhost',
  'local',
  'example.com',
  'example.net',
  'example.org',
];

/** Finds the reserved name under which a URL lies, if there is one. */
export function findReservedName(url: string): string | undefined {
  const host = `.${new URL(url).hostname}`;
  return RESERVED.find(name => host.endsWith(`.${name}`));
}

function findUrlPlace(folder: string): Place {
  const file = join(folder, 'broker.yml');
  const tree = parse(file, readFileSync(file, 'utf8'), new Complaints());
  return (tree && findEntry(tree, 'url')?.value.place) ?? locateFile(file);
}

/** The account of AWS's own documentation and of every example here; nobody's target role is there. */
const EXAMPLE_ACCOUNT = '123456789012';

function findArnPlace(folder: string, role: string): Place {
  const file = join(folder, 'roles', `${role}.yml`);
  const tree = parse(file, readFileSync(file, 'utf8'), new Complaints());
  const aws = tree && findEntry(tree, 'aws')?.value;
  return (aws && findEntry(aws, 'role_arn')?.value.place) ?? locateFile(file);
}

/** Complains of roles whose target is still the one that the starter wrote: the broker would be given a right to a stranger's. */
function complainOfExampleAccounts(config: Config): Complaint[] {
  return config.roles.flatMap(({ name, template }) =>
    template.kind === 'aws' && template.role_arn.split(':')[4] === EXAMPLE_ACCOUNT
      ? {
          rule: 'wrong-value' as const,
          place: findArnPlace(config.folder, name),
          message: `${EXAMPLE_ACCOUNT} is the account of examples. Write the number of your own.`,
        }
      : [],
  );
}

function createUrlComplaint(folder: string, message: string): Complaint {
  return { rule: 'wrong-value', place: findUrlPlace(folder), message };
}

/** Complains of what must not be deployed, though it may be packaged and tried: the demo, and whatever was begun from it. */
export function complainOfReserved(config: Config): Complaint[] {
  const { url, folder } = config;
  const reserved = findReservedName(url);
  const accounts = complainOfExampleAccounts(config);
  if (reserved === undefined) return accounts;
  const message = `Nobody can own ${reserved}, below which this lies. Write the address that your broker will have.`;
  return [createUrlComplaint(folder, message), ...accounts];
}

/** Others look for our keys at our URL, so the domain that is made must be that of the URL. */
export function complainOfDomain(config: Config, options: DeployOptions): Complaint[] {
  return options.domain === undefined || config.url === `https://${options.domain.name}`
    ? []
    : [
        createUrlComplaint(
          config.folder,
          `custom.kiteSts.domain in serverless.yml is ${options.domain.name}. Make the two one.`,
        ),
      ];
}
