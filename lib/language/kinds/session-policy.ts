import { MAX_POLICY } from '../../policy/targets/aws.ts';
import type { Complaints } from '../complaint.ts';
import { findEntry, type Tree, toPlain } from '../tree.ts';

import { checkIamPolicy, listStatements } from './iam.ts';
import { checkNumbers, checkTemplates, type KindSetting } from './kind.ts';

/** Parts of a statement in which a claim may stand. */
const FILLED = ['Resource', 'Condition'];

/** Templates may stand in the Resource and Condition of each statement, and nowhere else in a policy. */
function checkPolicySlots(tree: Tree, setting: KindSetting, complaints: Complaints): void {
  if (tree.kind !== 'map') return;
  const rest = tree.entries.filter(({ key }) => key !== 'Statement');
  checkTemplates({ ...tree, entries: rest }, 'none', setting, complaints, true);
  const entries = listStatements(tree).flatMap(each => (each.kind === 'map' ? each.entries : []));
  for (const { key, value } of entries)
    checkTemplates(value, FILLED.includes(key) ? 'bound' : 'none', setting, complaints, true);
}

function checkPolicySize(tree: Tree, complaints: Complaints): void {
  const json = JSON.stringify(toPlain(tree));
  if (json.length > MAX_POLICY)
    complaints
      .at(tree)
      .wrongValue(
        `The session policy is ${json.length} characters of JSON; AWS takes at most ${MAX_POLICY}.`,
      );
  if (/[^\t\n\r\u0020-\u00ff]/.test(json))
    complaints.at(tree).wrongValue('AWS takes Latin-1 characters only in a session policy.');
}

/** Complains of a session policy that AWS would refuse, and of claims where none may stand. */
export function checkSessionPolicy(tree: Tree, setting: KindSetting, complaints: Complaints): void {
  if (tree.kind !== 'map' || !findEntry(tree, 'Statement') || !findEntry(tree, 'Version')) {
    complaints.at(tree).wrongValue('A session policy is an IAM policy document with Version and Statement.');
    return;
  }
  checkNumbers(tree, complaints);
  checkIamPolicy(tree, complaints);
  checkPolicySlots(tree, setting, complaints);
  checkPolicySize(tree, complaints);
}
