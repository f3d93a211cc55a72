import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateInput } from '../input.ts';
import { createBoundary } from './boundary.ts';
import { createDeployRights, splitRights } from './deploy.ts';

/** Writes the rights to deploy, and the boundary of all roles, beside what is packaged. */
export function writeRights(input: TemplateInput, account: string, folder: string): void {
  const write = (name: string, document: object): void =>
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  write('boundary', createBoundary(input, account));
  for (const [index, part] of splitRights(createDeployRights(input, account)).entries())
    write(`deploy-policy-${index + 1}`, part);
}
