import type { RoleChange } from '../../compare/change.ts';
import { DIRECTIONS, judgeDirection } from '../../compare/direction.ts';
import { listSections } from '../../compare/sections.ts';
import { findPart, showText } from './element.ts';
import { createChangeLine, type TryWitness } from './witness.ts';

/** Shows what the edit changes, each with a request that shows it; nothing where the role is as it was. */
export function showChange(edited: boolean, change: RoleChange | undefined, tryIt: TryWitness): void {
  findPart('change').hidden = !edited;
  const differences = { roles: change ? [change] : [], issuers: [], guardrails: [] };
  const [section] = edited ? listSections(differences) : [];
  const direction = judgeDirection(differences);
  findPart('direction').dataset['is'] = direction;
  showText('direction', change ? DIRECTIONS[direction] : 'Nothing: every request is decided as before.');
  findPart('changes').replaceChildren(...(section?.lines ?? []).map(each => createChangeLine(each, tryIt)));
}
