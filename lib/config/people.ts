import type { Complaints } from '../language/complaint.ts';
import type { People } from '../language/demand.ts';
import { list, record, text } from '../language/shape.ts';
import { findEntry, listEntries, listItems, type Tree } from '../language/tree.ts';

/** An id as Buildkite writes it. */
export const UUID = text({
  pattern: /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  says: 'an id such as c07c69c6-11d2-4375-9148-9d0338b0a836',
});

/** Name to the id of a user of Buildkite. */
export const PEOPLE = record(UUID, 1000);
/** Name to names of people. */
export const GROUPS = record(list(text({ max: 64 }), 200), 200);

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;

type PeopleText = {
  readonly people: { readonly [name: string]: string };
  readonly groups: { readonly [name: string]: readonly string[] };
};

function complainOfPeople(written: PeopleText, tree: Tree, complaints: Complaints): void {
  const { people, groups } = written;
  const [persons, groupEntries] = ['people', 'groups'].map(key => listEntries(findEntry(tree, key)?.value));
  for (const entry of [...(persons ?? []), ...(groupEntries ?? [])])
    if (!NAME.test(entry.key))
      complaints.at(entry).wrongValue('A name has letters, digits and . _ @ -, at most 64 of them.');
  for (const entry of groupEntries ?? []) {
    const { key, value } = entry;
    if (Object.hasOwn(people, key))
      complaints
        .at(entry)
        .wrongValue(`"${key}" is a person too. A role that names it must mean one of the two.`);
    for (const [index, name] of (groups[key] ?? []).entries())
      if (!Object.hasOwn(people, name))
        complaints
          .at(listItems(value)[index] ?? entry)
          .unknownName('wrong-value', 'people has no', name, Object.keys(people));
  }
}

/** Whom each name stands for, from `people` and `groups` of broker.yml. Complains of names that stand for nobody. */
export function compilePeople(
  written: { readonly [key in keyof PeopleText]: PeopleText[key] | undefined },
  tree: Tree,
  complaints: Complaints,
): People {
  const { people = {}, groups = {} } = written;
  complainOfPeople({ people, groups }, tree, complaints);
  const findPerson = (name: string) => (people[name] === undefined ? [] : [{ name, id: people[name] }]);
  return new Map([
    ...Object.entries(groups).map(([name, members]) => [name, members.flatMap(findPerson)] as const),
    ...Object.keys(people).map(name => [name, findPerson(name)] as const),
  ]);
}
