/**
 * Each is functions/<name>.ts, and one function of the deployment; `rotation` of one with sealed keys alone, and
 * `authorizer` of one with registries.
 */
export const FUNCTIONS = ['exchange', 'discovery', 'rotation', 'authorizer'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
