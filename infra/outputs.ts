/** As much of a plugin of the Serverless Framework's as knows what a stack answered with. */
export type StackReader = {
  readonly gatheredData?: {
    readonly outputs?: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
  };
};

/** Where the broker answers, by the outputs of its stack; undefined where nobody has read them. */
export function findBrokerUrl(plugins: readonly StackReader[]): string | undefined {
  const outputs = plugins.flatMap(each => each.gatheredData?.outputs ?? []);
  return outputs.find(each => each.OutputKey === 'Url')?.OutputValue;
}
