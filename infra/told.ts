/** As much of a plugin of the Serverless Framework's as knows what a stack answered with. */
export type StackReader = {
  readonly gatheredData?: {
    readonly outputs?: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
  };
};

/** Where the broker answers, by the outputs of its stack; undefined where nobody has read them. */
export function findUrl(plugins: readonly StackReader[]): string | undefined {
  const outputs = plugins.flatMap(({ gatheredData }) => gatheredData?.outputs ?? []);
  return outputs.find(({ OutputKey }) => OutputKey === 'Url')?.OutputValue;
}

/** Milliseconds: a first answer is a cold start. */
const PATIENCE = 10_000;

/** Asks once whether the broker is there, and says so in a sentence. Never throws: the deployment is done. */
export async function askHealth(url: string): Promise<string> {
  const asked = `${url}/health`;
  try {
    const { status } = await fetch(asked, { signal: AbortSignal.timeout(PATIENCE), redirect: 'manual' });
    if (status === 200) return `${asked} answers: healthy`;
    return `${asked} answered ${status}. See the alarms, and the log of the function discovery.`;
  } catch (error) {
    const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    return `${asked} did not answer (${code ?? name}). A new name needs minutes until everybody knows it; else see its DNS record and certificate.`;
  }
}
