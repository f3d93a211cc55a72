export type JsonObject = { readonly [member: string]: unknown };

/** The object of a body, or undefined where it is none. Says nothing of what it holds: it may be a credential. */
export function parseJsonObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
