import { isAbsent, type ReadRight } from '../aws/account.ts';
import { AwsError } from '../aws/call.ts';

/** `unknown`: it could not be asked from here, which is nobody's fault. */
export type DiagnosisCondition = 'ok' | 'wrong' | 'unknown';

/** What one look at one thing found. */
export type Diagnosis = {
  /** Which look it was: the word by which the reference has it. */
  readonly check: string;
  /** At what: the name of a table, the URL of an issuer. */
  readonly of: string;
  readonly condition: DiagnosisCondition;
  readonly says: string;
  /** What to do about it; of what is wrong, and of some that is not known. */
  readonly mend?: string;
};

/** Says of one thing how it is. */
export type Tell = (of: string, says: string, mend?: string) => Diagnosis;

/** The three ways of saying so, of one check. */
export function createTellers(check: string): { readonly [condition in DiagnosisCondition]: Tell } {
  const tell =
    (condition: DiagnosisCondition): Tell =>
    (of, says, mend) => ({ check, of, condition, says, ...(mend === undefined ? {} : { mend }) });
  return { ok: tell('ok'), wrong: tell('wrong'), unknown: tell('unknown') };
}

/** Why something could not be read of an account, and by which right it could be: never more than unknown. */
export function describeUnread(error: unknown, right: ReadRight): readonly [says: string, mend: string] {
  if (!(error instanceof AwsError)) throw error;
  const { code, status } = error;
  const refused = status === 403 || /AccessDenied|Unauthorized/.test(code);
  if (refused) return [`it may not be asked: ${code}`, `To have it looked at, allow ${right}.`];
  if (isAbsent(error)) return [`there is none: ${code}`, 'Look at its name.'];
  return [`it could not be asked: ${code}`, 'Try again, or look by yourself.'];
}

/** Looks, and where the look itself fails, as at an answer that nobody foresaw, says that: no other look is lost. */
export async function lookSafely(
  name: string,
  look: () => Promise<readonly Diagnosis[]>,
): Promise<readonly Diagnosis[]> {
  try {
    return await look();
  } catch (error) {
    return [createTellers('look').unknown(name, `the look itself failed: ${(error as Error).name}`)];
  }
}

const MARKS: { readonly [condition in DiagnosisCondition]: string } = {
  ok: 'ok     ',
  wrong: 'WRONG  ',
  unknown: 'unknown',
};

/** A line, and below it what to do. */
export function writeDiagnosis({ check, of, condition, says, mend }: Diagnosis): string {
  const head = `${MARKS[condition]}  ${check.padEnd(11)}  ${of}: ${says}`;
  return mend === undefined ? head : `${head}\n         ${mend}`;
}
