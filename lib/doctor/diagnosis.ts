import { isAbsent, type ReadAccount, type ReadRight } from '../aws/account.ts';
import { AwsError } from '../aws/call.ts';
import type { JsonObject } from '../http/json.ts';

/** `unknown`: it could not be asked from here, which is nobody's fault. */
export type DiagnosisCondition = 'ok' | 'wrong' | 'unknown';

/** The finding of one look at one thing. */
export type Diagnosis = {
  /** Which look it was: the word by which the reference has it. */
  readonly check: string;
  /** At what: the name of a table, the URL of an issuer. */
  readonly of: string;
  readonly condition: DiagnosisCondition;
  readonly says: string;
  /** The remedy; there for what is wrong, and for some that is not known. */
  readonly mend?: string;
};

/** Says of one thing how it is. */
export type Tell = (of: string, says: string, mend?: string) => Diagnosis;

/** The three ways of saying so, of one check. */
export type Tellers = { readonly [condition in DiagnosisCondition]: Tell };

export function createTellers(check: string): Tellers {
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

/** One call by which one thing of an account is looked at. */
export type AccountQuestion = {
  readonly check: Tellers;
  readonly of: string;
  readonly right: ReadRight;
  readonly input: object;
  /** The diagnosis where it is not there. */
  readonly gone?: Diagnosis;
};

/** Makes the call and judges what it says. Where it may not be asked, that is told. */
export async function askAccount(
  read: ReadAccount,
  question: AccountQuestion,
  judge: (said: JsonObject) => Diagnosis,
): Promise<Diagnosis> {
  const { check, of, right, input, gone } = question;
  try {
    return judge(await read(right, { ...input }));
  } catch (error) {
    return gone && isAbsent(error) ? gone : check.unknown(of, ...describeUnread(error, right));
  }
}

/** Looks, and where the look itself fails, as at an answer that nobody foresaw, says that: no other look is lost. */
export async function lookSafely(
  name: string,
  look: () => Promise<Diagnosis | readonly Diagnosis[]>,
): Promise<readonly Diagnosis[]> {
  try {
    return [await look()].flat();
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
export function writeDiagnosis(diagnosis: Diagnosis): string {
  const { check, of, condition, says, mend } = diagnosis;
  const head = `${MARKS[condition]}  ${check.padEnd(11)}  ${of}: ${says}`;
  return mend === undefined ? head : `${head}\n         ${mend}`;
}
