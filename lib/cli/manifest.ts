import { readFile } from 'node:fs/promises';

type Manifest = { readonly version: string; readonly devDependencies: { readonly serverless: string } };

/** The package.json of this kite-sts, from source and from dist/ below it. */
export const manifest = async (): Promise<Manifest> => {
  const up = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
  return JSON.parse(await readFile(new URL(`${up}package.json`, import.meta.url), 'utf8')) as Manifest;
};
