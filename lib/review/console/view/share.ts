import { type SharedState, writeFragment } from '../link.ts';
import { findPart, showText } from './element.ts';
import { findField, type PageState, readField } from './state.ts';

function readShared(state: PageState): SharedState {
  const [role, policy] = [findField('role').value, state.editor.read()];
  const fields = { scopes: readField('scopes'), seconds: readField('seconds'), source: readField('source') };
  return {
    role,
    claims: findField('claims').value,
    ...(policy === state.held.texts.get(role) ? {} : { policy }),
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

/** Puts what stands in the fields into the address. */
export function shareState(state: PageState): void {
  const fragment = writeFragment(readShared(state));
  if (fragment !== undefined) history.replaceState(null, '', fragment);
  showText(
    'shared',
    fragment === undefined
      ? 'This cannot be shared: it is too long, or has a token in it.'
      : 'The address of this page now holds the claims, the request and your edit. No server is sent it.',
  );
}

/** Fills the fields with what a link holds. It is somebody else's, and the page says so. */
export function openShared(shared: SharedState, state: PageState, choose: (role: string) => void): void {
  const { role, claims, policy, scopes = '', seconds = '', source = '' } = shared;
  const known = state.held.texts.has(role);
  if (known && policy !== undefined) state.edits.set(role, policy);
  if (known) choose(role);
  const fields = { claims, scopes, seconds, source };
  for (const [id, value] of Object.entries(fields)) findField(id).value = value;
  findField('start').value = '';
  const edited = policy === undefined || !known ? '' : ' The role file is edited: Revert shows yours.';
  const missing = known ? '' : ` There is no role ${role} here.`;
  showText('came', `This came by a link, and is not from your files.${edited}${missing}`);
  findPart('came').scrollIntoView({ block: 'nearest' });
}
