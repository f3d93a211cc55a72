/**
 * Each is functions/<name>.ts, and one function of the deployment; `rotation` of one with sealed keys alone,
 * `refresher` of one that fetches keys of issuers, and `authorizer` of one with registries.
 */
export const FUNCTIONS = ['exchange', 'discovery', 'rotation', 'refresher', 'authorizer'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];
