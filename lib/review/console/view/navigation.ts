import { VIEWS, type ViewName } from '../place.ts';
import { findPart } from './element.ts';

/** Shows one part of the page and marks its link. */
export function showView(view: ViewName): void {
  for (const each of VIEWS) findPart(each).hidden = each !== view;
  for (const link of document.querySelectorAll<HTMLElement>('nav [data-view]'))
    if (link.dataset['view'] === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
}

/** Whoever follows a link of the page is led to the head of the part, as by a new page. */
export function enterView(view: ViewName): void {
  showView(view);
  scrollTo({ top: 0 });
  findPart(`${view}-title`).focus({ preventScroll: true });
}

/** Lets the link of a part lead to where somebody was in it. */
export function keepLink(view: ViewName, fragment: string): void {
  document.querySelector(`nav [data-view="${view}"]`)?.setAttribute('href', fragment);
}
