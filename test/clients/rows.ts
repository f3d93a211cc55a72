/**
 * How often each client asks when it is refused, by the door. The guide for AWS clients has the same table.
 */
type Asks = { readonly STS?: number; readonly container: number };
export const ASKS: { readonly [client: string]: Asks } = {
  'AWS CLI': { STS: 1, container: 3 },
  boto3: { STS: 1, container: 3 },
  'JavaScript SDK': { STS: 1, container: 5 },
  'JavaScript fromHttp': { container: 4 },
};
