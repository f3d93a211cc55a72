/** Each is functions/<name>.ts, and one function of the deployment. */
export const FUNCTIONS = ['exchange', 'discovery'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
