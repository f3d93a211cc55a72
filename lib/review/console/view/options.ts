import type { StartingClaims } from '../start.ts';
import { createElement } from './element.ts';

/** A select's options by their groups; the value of each is where it stands in the list. */
export function createOptionGroups(starts: readonly StartingClaims[]): HTMLElement[] {
  const options = starts.map(({ group, label }, at) => ({
    group,
    option: createElement('option', { value: String(at) }, label),
  }));
  return [...Map.groupBy(options, ({ group }) => group)].map(([label, each]) =>
    createElement('optgroup', { label }, ...each.map(({ option }) => option)),
  );
}
