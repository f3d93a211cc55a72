import { type Document, isMap, isSeq, type YAMLMap } from 'yaml';
import { readDocument } from '../../language/parse.ts';
import { writeDocument } from './format.ts';

/** One thing to take away from a role's file. */
export type RoleEdit =
  | {
      readonly of: 'claim';
      readonly index: number;
      readonly claim: string;
      readonly values: readonly string[];
    }
  | { readonly of: 'scopes'; readonly index: number; readonly scopes: readonly string[] }
  | { readonly of: 'statement'; readonly index: number }
  | { readonly of: 'length'; readonly seconds: number };

function findStatement(document: Document, index: number): YAMLMap | undefined {
  const trust = isMap(document.contents) ? document.contents.get('trust') : undefined;
  const statement = isSeq(trust) ? trust.items[index] : undefined;
  return isMap(statement) ? statement : undefined;
}

function writeClaim(document: Document, index: number, claim: string, values: readonly string[]): void {
  const statement = findStatement(document, index);
  const claims = statement?.get('claims');
  const holder = isMap(claims) ? claims : statement;
  const [first] = values;
  const rule = values.length === 1 ? first : document.createNode({ in: [...values] }, { flow: true });
  holder?.set(claim, rule);
}

function writeLength(document: Document, seconds: number): void {
  const { contents } = document;
  if (!isMap(contents)) return;
  const session = contents.get('session');
  if (isMap(session)) session.set('max_seconds', seconds);
  else contents.set('session', document.createNode({ max_seconds: seconds }, { flow: true }));
}

function applyEdit(document: Document, edit: RoleEdit): void {
  if (edit.of === 'claim') writeClaim(document, edit.index, edit.claim, edit.values);
  else if (edit.of === 'scopes')
    findStatement(document, edit.index)?.set('scopes', document.createNode([...edit.scopes], { flow: true }));
  else if (edit.of === 'length') writeLength(document, edit.seconds);
  else document.deleteIn(['trust', edit.index]);
}

/** The role's text without what the edits take away. Statements go last, so that no index moves. Comments are kept. */
export function writeNarrowed(text: string, edits: readonly RoleEdit[]): string {
  const document = readDocument(text);
  if (!document) return text;
  const whole = edits.filter(each => each.of === 'statement') as Extract<RoleEdit, { of: 'statement' }>[];
  for (const edit of edits) if (edit.of !== 'statement') applyEdit(document, edit);
  for (const edit of [...whole].sort((a, b) => b.index - a.index)) applyEdit(document, edit);
  return writeDocument(document);
}
