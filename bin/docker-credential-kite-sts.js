#!/usr/bin/env node
// Docker finds a credential helper by this name, and tells it one word: get, store, erase or list.
process.argv.splice(2, 0, 'docker-credential');
await import('./kite-sts.js');
