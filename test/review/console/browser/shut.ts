import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { shows } from './stage.ts';

describe('the page can ask nobody anything, nor make code or markup of a text:', () => {
  const WAYS: { readonly [what: string]: readonly [directive: string, way: string] } = {
    'fetch is refused': ['connect-src', "fetch('/health').catch(() => {})"],
    'fetch from another site is refused': ['connect-src', "fetch('https://else.example/').catch(() => {})"],
    'a beacon is refused': ['connect-src', "navigator.sendBeacon('/health', 'x')"],
    'an image is refused': ['img-src', "new Image().src = '/health'"],
    'a frame is refused': [
      'frame-src',
      "document.body.append(Object.assign(document.createElement('iframe'), { src: '/health' }))",
    ],
    'a form is refused': ['form-action', "document.querySelector('form').submit()"],
    'code from text is refused': ['require-trusted-types-for', "new Function('return 1')"],
    'markup from text is refused': ['require-trusted-types-for', "document.body.innerHTML = '<p>'"],
  };
  /** In a task of the page's own: what the debugger itself evaluates is let through. */
  const refusedBy = (page: Page, way: string): Promise<string> =>
    page.evaluate(
      `new Promise(end => {
        document.addEventListener('securitypolicyviolation', each => end(each.effectiveDirective));
        setTimeout(() => { ${way}; });
      })`,
    );
  for (const [what, [directive, way]] of Object.entries(WAYS))
    shows(
      what,
      async page => {
        page.removeAllListeners('pageerror');
        assert.equal(await refusedBy(page, way), directive);
      },
      { refused: true },
    );
});
