import type { CompiledText, PageData } from '../held.ts';
import type { StartingClaims } from '../start.ts';
import type { SurveyGround } from '../survey.ts';
import type { Editor } from './editor.ts';
import { findPart } from './element.ts';

/** The state of the page that its fields do not show. */
export type PageState = {
  readonly held: PageData;
  readonly ground: SurveyGround;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly editor: Editor;
  /** Edited texts of roles, by their names: another role may be looked at in between. */
  readonly edits: Map<string, string>;
  starts: readonly StartingClaims[];
  compiled: CompiledText;
};

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A field of the page by its id. */
export function findField(id: string): Field {
  return findPart<Field>(id);
}

/** Reads a field; undefined where nothing stands in it. */
export function readField(id: string): string | undefined {
  return findField(id).value.trim() || undefined;
}

/** Calls a function whenever this happens to an element of the page. */
export function listen(id: string, event: string, does: () => void): void {
  findPart(id).addEventListener(event, does);
}

/** Milliseconds without typing, after which the search over all requests there can be begins. */
const QUIET_MS = 250;

/** Makes a function that runs another once nothing was typed for a while. */
export function createDelayed(does: () => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(does, QUIET_MS);
  };
}
