import type { Start } from '../start.ts';
import { element } from './element.ts';

/** A select's options by their groups; the value of each is where it stands in the list. */
export function optionGroups(starts: readonly Start[]): HTMLElement[] {
  const options = starts.map(({ group, label }, at) => ({
    group,
    option: element('option', { value: String(at) }, label),
  }));
  return [...Map.groupBy(options, ({ group }) => group)].map(([label, each]) =>
    element('optgroup', { label }, ...each.map(({ option }) => option)),
  );
}
