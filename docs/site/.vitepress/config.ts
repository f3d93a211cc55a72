import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';

const ROOT = join(import.meta.dirname, '../../..');

/** The first heading of a page: what it is called in a menu. */
function readTitle(path: string): string {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? path;
}

/** Where a page of the repository is on the site. */
function findUrl(path: string): string {
  return `/${path.replace(/^docs\//, '').replace(/(README)?\.md$/, '')}`;
}

function listPages(folder: string, collapsed: boolean, text: string): DefaultTheme.SidebarItem {
  const pages = readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.md') && name !== 'README.md');
  const items = pages.map(name => ({
    text: readTitle(`${folder}/${name}`),
    link: findUrl(`${folder}/${name}`),
  }));
  items.sort((one, other) => one.text.localeCompare(other.text));
  return { text, link: findUrl(`${folder}/README.md`), collapsed, items };
}

function link(path: string): DefaultTheme.SidebarItem {
  return { text: readTitle(path), link: findUrl(path) };
}

/** Guides by the job to be done, as the page that lists them has it. */
function listGuides(): DefaultTheme.SidebarItem[] {
  const text = readFileSync(join(ROOT, 'docs/guides/README.md'), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map(part => {
      const files = [...part.matchAll(/\]\(((?!\.\.)[\w-]+\.md)\)/g)].map(
        ([, file]) => `docs/guides/${file}`,
      );
      const [job = ''] = part.split('\n', 1);
      const anchor = job.toLowerCase().replaceAll(' ', '-');
      // With a link, since a group without one is a button inside of a button.
      return {
        text: job,
        link: `/guides/#${anchor}`,
        collapsed: true,
        items: [...new Set(files)].map(link),
      };
    });
}

/** A folder of examples is a page; what is no page (a source, a test) is told by its path, without a link. */
function resolveLink(href: string, from: string): string | undefined {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const path = posix.normalize(posix.join(posix.dirname(from), file));
  const example = /^examples\/([\w-]+)/.exec(path);
  if (example && existsSync(join(ROOT, path)) && !path.endsWith('.md')) return `/examples/${example[1]}`;
  const page = path.endsWith('.md') ? path : posix.join(path, 'README.md');
  if (!existsSync(join(ROOT, page))) return undefined;
  return anchor === undefined ? findUrl(page) : `${findUrl(page)}#${anchor}`;
}

export default defineConfig({
  title: 'kite-sts',
  description: 'A security token service for CI: an OIDC token in, short-lived credentials out.',
  srcDir: '../..',
  outDir: '../../dist/docs',
  cacheDir: './node_modules/.cache/vitepress',
  srcExclude: [
    '**/node_modules/**',
    '**/dist/**',
    'test/**',
    'plugins/**/!(README).md',
    'lib/**',
    'README.md',
  ],
  rewrites(id) {
    return id
      .replace(/^docs\/site\//, '')
      .replace(/^docs\//, '')
      .replace(/README\.md$/, 'index.md');
  },
  // The pages stand outside of this folder, where there is no node_modules with Vue.
  vite: {
    publicDir: join(import.meta.dirname, '../public'),
    plugins: [
      {
        name: 'vue-from-here',
        enforce: 'pre',
        resolveId: (id, _from, { ssr }) =>
          ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
      },
    ],
  },
  // The theme gives its home page no landmark.
  transformHtml: html => html.replace('<div class="VPHome', '<div role="main" class="VPHome'),
  cleanUrls: true,
  lastUpdated: false,
  // Every page of the repository is one of the site, and a link that leads nowhere ends the build.
  ignoreDeadLinks: [/\.json$/],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { role: 'yaml', text: 'txt' },
    config(markdown) {
      // What our tests read after the language would be lines to mark here.
      markdown.core.ruler.push('words-of-blocks', ({ tokens }) => {
        for (const token of tokens)
          if (token.type === 'fence') token.info = token.info.trim().split(' ', 1)[0] ?? '';
      });
      // A figure is moved aside on a phone, by keyboard too.
      markdown.core.ruler.push('figures', ({ tokens }) => {
        for (const [index, { children }] of tokens.entries())
          if (children?.length === 1 && children[0]?.type === 'image')
            tokens[index - 1]?.attrSet('tabindex', '0');
      });
      // A head without words is no head: it is an empty cell.
      markdown.core.ruler.push('empty-heads', ({ tokens }) => {
        for (const [index, { type, content }] of tokens.entries()) {
          const [before, after] = [tokens[index - 1], tokens[index + 1]];
          if (type !== 'inline' || content !== '' || before?.type !== 'th_open' || !after) continue;
          before.tag = 'td';
          after.tag = 'td';
        }
      });
      markdown.core.ruler.push('links', state => {
        const from = String(state.env.realPath ?? state.env.path ?? '').slice(ROOT.length + 1);
        for (const { children } of state.tokens)
          for (const token of children ?? []) {
            if (token.type !== 'link_open') continue;
            const href = resolveLink(token.attrGet('href') ?? '', from);
            if (href === undefined) token.attrs = token.attrs?.filter(([name]) => name !== 'href') ?? null;
            else token.attrSet('href', href);
          }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guides', link: '/guides/' },
      { text: 'Reference', link: '/reference/policy' },
      { text: 'Security', link: '/SECURITY' },
    ],
    sidebar: [
      link('docs/start.md'),
      {
        text: 'How it works',
        items: ['how-an-exchange-works', 'how-trust-is-decided', 'what-sub-is', 'what-approval-proves'].map(
          name => link(`docs/${name}.md`),
        ),
      },
      { text: 'Guides', items: listGuides() },
      listPages('docs/providers', true, 'What a role gives'),
      listPages('docs/issuers', true, 'Who signs tokens'),
      link('docs/endpoints/README.md'),
      listPages('docs/lint', true, 'Lint'),
      { ...listPages('docs/reference', true, 'Reference'), link: '/reference/policy' },
      listPages('docs/decisions', true, 'Decisions'),
      link('SECURITY.md'),
      link('CHANGELOG.md'),
    ],
  },
});
