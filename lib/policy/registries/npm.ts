import type { GrammarRow } from './grammar.ts';

const NAME = '[A-Za-z0-9~][\\w.~-]{0,213}';
/** The gateway decodes the slash of a scoped package, which npm encodes. */
const PACKAGE = `(?:@${NAME}/)?${NAME}`;
const REVISION = '[\\w.-]{1,128}';

function matchBelow(text: string): RegExp {
  return new RegExp(`^/${text}$`);
}

const WRITE = { write: /^true$/ };
const NUMBER = /^\d{1,6}(?:\.\d{1,6})?$/;
const SEARCH = {
  text: /^[^\p{Cc}]{0,256}$/u,
  size: NUMBER,
  from: NUMBER,
  quality: NUMBER,
  popularity: NUMBER,
  maintenance: NUMBER,
};

/** The requests that npm, pnpm and yarn make to a registry, but for logins, tokens, teams and hooks. */
export const NPM_ROWS: readonly GrammarRow[] = [
  {
    name: 'package',
    path: matchBelow(PACKAGE),
    methods: { GET: WRITE, HEAD: WRITE, PUT: {}, DELETE: {} },
  },
  {
    name: 'version of a package',
    path: matchBelow(`${PACKAGE}/(?!-|@)[\\w.+~-]{1,128}`),
    methods: { GET: {}, HEAD: {} },
  },
  {
    name: 'tarball',
    path: matchBelow(`${PACKAGE}/-/(?:@${NAME}/)?[\\w.+~-]{1,255}\\.tgz`),
    methods: { GET: {}, HEAD: {} },
  },
  {
    name: 'tarball by its revision',
    path: matchBelow(`${PACKAGE}/-/(?:@${NAME}/)?[\\w.+~-]{1,255}\\.tgz/-rev/${REVISION}`),
    methods: { DELETE: {} },
  },
  {
    name: 'package by its revision',
    path: matchBelow(`${PACKAGE}/-rev/${REVISION}`),
    methods: { PUT: {}, DELETE: {} },
  },
  {
    name: 'list of tags',
    path: matchBelow(`-/package/${PACKAGE}/dist-tags`),
    methods: { GET: {}, HEAD: {} },
  },
  {
    name: 'tag',
    path: matchBelow(`-/package/${PACKAGE}/dist-tags/[\\w.-]{1,128}`),
    methods: { PUT: {}, POST: {}, DELETE: {} },
  },
  { name: 'search', path: matchBelow('-/v1/search'), methods: { GET: SEARCH } },
  { name: 'ping', path: matchBelow('-/(?:ping|whoami)'), methods: { GET: WRITE } },
  {
    name: 'audit',
    path: matchBelow('-/npm/v1/security/(?:advisories/bulk|audits(?:/quick)?)'),
    methods: { POST: {} },
  },
  {
    name: 'signatures',
    path: matchBelow(`-/npm/v1/(?:keys|attestations/${PACKAGE}@[\\w.+~-]{1,128})`),
    methods: { GET: {} },
  },
];
