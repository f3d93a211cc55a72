import { type AwsFault, type AwsService, type AwsSetting, createAwsCall } from './call.ts';
import { readXml } from './xml.ts';

function readStsFault(body: string): AwsFault | undefined {
  try {
    const texts = readXml(body);
    const code = texts.get('ErrorResponse/Error/Code');
    return code ? { code, message: texts.get('ErrorResponse/Error/Message') ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

/** AWS STS 2011-06-15, by its Query protocol. */
export const STS: AwsService = { name: 'sts', everywhere: true, readFault: readStsFault };
export const STS_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** The ARN of whose credentials these are, as CloudTrail has it. Throws `AwsError`. */
export async function findCallerArn(setting: AwsSetting): Promise<string> {
  const body = await createAwsCall(STS, setting)(STS_HEADERS, 'Action=GetCallerIdentity&Version=2011-06-15');
  const arn = readXml(body).get('GetCallerIdentityResponse/GetCallerIdentityResult/Arn');
  if (!arn) throw new Error('sts:GetCallerIdentity answered without an ARN');
  return arn;
}
