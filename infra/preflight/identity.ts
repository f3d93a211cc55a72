import type { ReadAccount } from '../../lib/aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../../lib/doctor/diagnosis.ts';
import type { TemplateInput } from '../input.ts';
import type { Deployer } from './look.ts';

const CHECK = createTellers('identity');

type CallerIdentity = { readonly Account: string; readonly Arn: string };

/** Who deploys, and whether it is into the account that serverless.yml names. */
export async function identifyDeployer(
  read: ReadAccount,
  input: TemplateInput,
): Promise<{ readonly deployer?: Deployer; readonly diagnosis: Diagnosis }> {
  const { options, stack } = input;
  try {
    const { Account: account, Arn: arn } = (await read('sts:GetCallerIdentity')) as CallerIdentity;
    if (options.account !== undefined && options.account !== account)
      return {
        diagnosis: CHECK.wrong(
          arn,
          `this is account ${account}, and serverless.yml custom.kiteSts.account is ${options.account}`,
          'Sign in to the other account, or write the number of this one, in quotes.',
        ),
      };
    return { deployer: { account, arn }, diagnosis: CHECK.ok(arn, `account ${account}, ${stack.region}`) };
  } catch (error) {
    const [says] = describeUnread(error, 'sts:GetCallerIdentity');
    return {
      diagnosis: CHECK.unknown(
        stack.region,
        `who deploys is not known, so nothing else was asked: ${says}`,
        `Sign in, or see whether the region ${stack.region} is switched on in this account.`,
      ),
    };
  }
}
