import { type AwsSetting, awsCall, type Fault, type Service } from './call.ts';
import { readXml } from './xml.ts';

function faultOf(body: string): Fault | undefined {
  try {
    const texts = readXml(body);
    const code = texts.get('ErrorResponse/Error/Code');
    return code ? { code, message: texts.get('ErrorResponse/Error/Message') ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

/** AWS STS 2011-06-15, by its Query protocol. */
export const STS: Service = { name: 'sts', everywhere: true, faultOf };
export const STS_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

/** The ARN of whose credentials these are, as CloudTrail has it. Throws `AwsError`. */
export async function callerOf(setting: AwsSetting): Promise<string> {
  const body = await awsCall(STS, setting)(STS_HEADERS, 'Action=GetCallerIdentity&Version=2011-06-15');
  const arn = readXml(body).get('GetCallerIdentityResponse/GetCallerIdentityResult/Arn');
  if (!arn) throw new Error('sts:GetCallerIdentity answered without an ARN');
  return arn;
}
