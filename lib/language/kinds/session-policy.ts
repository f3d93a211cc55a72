import { MAX_POLICY } from '../../policy/targets/aws.ts';
import type { Complaints } from '../complaint.ts';
import { findEntry, listEntries, type Tree, toPlain } from '../tree.ts';
import { checkIamPolicy, listStatements } from './iam.ts';
import { checkNumbers, checkTemplates, type KindSetting, refuseTemplates } from './kind.ts';

/** Parts of a statement in which a claim may stand. */
const FILLED = ['Resource', 'Condition'];

/** Templates may stand in the Resource and Condition of each statement, and nowhere else in a policy. */
function checkPolicySlots(tree: Tree, setting: KindSetting, complaints: Complaints): void {
  refuseTemplates(tree, ['Statement'], setting, complaints, true);
  for (const { key, value } of listStatements(tree).flatMap(listEntries))
    checkTemplates(value, FILLED.includes(key) ? 'bound' : 'none', setting, complaints, true);
}

/** Complains of a session policy that AWS would refuse, and of claims where none may stand. */
export function checkSessionPolicy(tree: Tree, setting: KindSetting, complaints: Complaints): void {
  const here = complaints.at(tree);
  if (tree.kind !== 'map' || !findEntry(tree, 'Statement') || !findEntry(tree, 'Version')) {
    here.wrongValue('A session policy is an IAM policy document with Version and Statement.');
    return;
  }
  checkNumbers(tree, complaints);
  checkIamPolicy(tree, complaints);
  checkPolicySlots(tree, setting, complaints);
  const json = JSON.stringify(toPlain(tree));
  if (json.length > MAX_POLICY)
    here.wrongValue(`It is ${json.length} characters of JSON; AWS takes at most ${MAX_POLICY}.`);
  if (/[^\t\n\r\u0020-\u00ff]/.test(json))
    here.wrongValue('AWS takes Latin-1 characters only in a session policy.');
}
