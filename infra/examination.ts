import { createAccountReader } from '../lib/aws/account.ts';
import type { AwsSetting } from '../lib/aws/call.ts';
import { type Diagnosis, writeDiagnosis } from '../lib/doctor/diagnosis.ts';
import { examineInside } from '../lib/doctor/inside.ts';
import type { Instruments } from '../lib/doctor/outside/examined.ts';
import { examineOutside, INSTRUMENTS } from '../lib/doctor/outside.ts';
import type { TemplateInput } from './input.ts';

/** The doctor's words on a deployment that is done. A warning names what is wrong, or what is not known. */
export type ExaminationResult = { readonly notice: string; readonly warning?: string };

function summarizeDiagnoses(found: readonly Diagnosis[]): ExaminationResult {
  const notable = found.filter(each => each.condition !== 'ok');
  const notice = `kite-sts doctor: ${found.length} looks, and all is well.`;
  if (notable.length === 0) return { notice };
  const lines = notable.map(each => `${writeDiagnosis(each)}\n`).join('');
  return {
    notice,
    warning: `\n${lines}kite-sts doctor: ${found.length} looks, of which these are to be seen to. The deployment is done, and stays.`,
  };
}

/** Looks at what was deployed, from outside and inside. Never throws: a deployment that is done is not undone for it. */
export async function examineDeployed(
  input: TemplateInput,
  url: string,
  aws: AwsSetting,
  instruments: Instruments = INSTRUMENTS,
): Promise<ExaminationResult> {
  const { config, stack } = input;
  try {
    const outside = await examineOutside({ config, url }, instruments);
    const inside = await examineInside({
      config,
      stack: stack.name,
      region: stack.region,
      also: [],
      read: createAccountReader(aws),
      readIn: async () => undefined,
      now: instruments.now(),
    });
    return summarizeDiagnoses([...outside, ...inside]);
  } catch (error) {
    const { name } = error as Error;
    return {
      notice: '',
      warning: `kite-sts doctor failed (${name}). The deployment is done. Try: npx --no kite-sts doctor`,
    };
  }
}
