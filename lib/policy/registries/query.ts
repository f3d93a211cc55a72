/** In characters; far beyond what any client of a registry sends. */
const MAX_QUERY = 4096;

/** A part as form encoding has it; undefined for what cannot be decoded. */
function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function readPair(pair: string): readonly [name: string, value: string] | undefined {
  const split = pair.indexOf('=');
  const name = decodePart(split < 0 ? pair : pair.slice(0, split));
  const value = split < 0 ? '' : decodePart(pair.slice(split + 1));
  return name === undefined || name === '' || value === undefined ? undefined : [name, value];
}

/**
 * Reads the parameters of a query, without its `?`. Undefined where two readers could see two things: a name that is
 * repeated, bad encoding, or `;`, by which some servers separate parameters.
 */
export function readQuery(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  if (query === '') return parameters;
  if (query.length > MAX_QUERY || query.includes(';')) return undefined;
  for (const pair of query.split('&')) {
    const read = readPair(pair);
    if (!read || parameters.has(read[0])) return undefined;
    parameters.set(...read);
  }
  return parameters;
}
