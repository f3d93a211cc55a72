import { MAX_POLICY } from '../../policy/targets/aws.ts';
import type { Complain } from '../complaint.ts';
import { findEntry, type Tree, toPlain } from '../parse.ts';
import { checkIamPolicy, listStatements } from './iam.ts';
import { checkNumbers, checkTemplates, type KindSetting } from './kind.ts';

/** Parts of a statement in which a claim may stand. */
const FILLED = ['Resource', 'Condition'];

/** Templates may stand in the Resource and Condition of each statement, and nowhere else in a policy. */
function checkPolicySlots(tree: Tree, setting: KindSetting, complain: Complain): void {
  if (tree.kind !== 'map') return;
  const rest = tree.entries.filter(({ key }) => key !== 'Statement');
  checkTemplates({ ...tree, entries: rest }, 'none', setting, complain, true);
  const entries = listStatements(tree).flatMap(each => (each.kind === 'map' ? each.entries : []));
  for (const { key, value } of entries)
    checkTemplates(value, FILLED.includes(key) ? 'bound' : 'none', setting, complain, true);
}

function checkPolicySize(tree: Tree, complain: Complain): void {
  const json = JSON.stringify(toPlain(tree));
  if (json.length > MAX_POLICY)
    complain(
      'wrong-value',
      tree.place,
      `The session policy is ${json.length} characters of JSON; AWS takes at most ${MAX_POLICY}.`,
    );
  if (/[^\t\n\r\u0020-\u00ff]/.test(json))
    complain('wrong-value', tree.place, 'AWS takes Latin-1 characters only in a session policy.');
}

/** Complains of a session policy that AWS would refuse, and of claims where none may stand. */
export function checkSessionPolicy(tree: Tree, setting: KindSetting, complain: Complain): void {
  if (tree.kind !== 'map' || !findEntry(tree, 'Statement') || !findEntry(tree, 'Version')) {
    complain(
      'wrong-value',
      tree.place,
      'A session policy is an IAM policy document with Version and Statement.',
    );
    return;
  }
  checkNumbers(tree, complain);
  checkIamPolicy(tree, complain);
  checkPolicySlots(tree, setting, complain);
  checkPolicySize(tree, complain);
}
