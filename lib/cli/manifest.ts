import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

type Manifest = { readonly version: string; readonly devDependencies: { readonly serverless: string } };

/** Do we run from a clone? A package has compiled JavaScript alone. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** The folder of this kite-sts: of a clone, or of an installed package. */
export const HOME = fileURLToPath(new URL(FROM_SOURCE ? '../../' : '../../../', import.meta.url));

/** Where a page of ours lies, as seen from here: a package has them too. */
export function locatePage(page: string): string {
  return relative('', `${HOME}${page}`);
}

/** The package.json of this kite-sts, from source and from dist/ below it. */
export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(`${HOME}package.json`, 'utf8')) as Manifest;
}
