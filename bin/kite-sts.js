#!/usr/bin/env node
// A clone runs its source, which Node 24 (installed by npm) reads as it is. A package has compiled
// JavaScript alone, for Node 20 and later: Node strips no types below node_modules.
// By name: an import of node:fs also loads its streams, a tenth of a run.
const { existsSync } = process.getBuiltinModule('node:fs');

const source = new URL('../lib/cli/main.ts', import.meta.url);
const compiled = new URL('../dist/lib/cli/main.js', import.meta.url);
if (existsSync(source) && !process.features.typescript) {
  process.stderr.write('In a clone, run npx --no kite-sts: npx finds the Node 24 that npm ci installed.\n');
  process.exit(1);
}
await import(existsSync(source) ? source : compiled);
