/** One repository, or the catalog of all, and what is done with it: in the words of the Distribution specification. */
export type Access = {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
};

/** As the Distribution specification writes it: `repository:acme/web:pull,push`. */
export function writeAccess(access: Access): string {
  const { type, name, actions } = access;
  return `${type}:${name}:${actions.join(',')}`;
}

/** The thing that a request does at a registry. */
export type Operation = {
  /** A few words for the log, such as `upload of a blob`. */
  readonly name: string;
  /** The HTTP methods whose scopes it needs: its own, and GET where it reads something else too. */
  readonly needs: readonly string[];
  /** The access that a registry token must have for it; empty where the registry speaks no such protocol. */
  readonly access: readonly Access[];
};

/** A request as a grammar sees it. The parameters are decoded, and no name is repeated. */
export type RegistryCall = {
  readonly method: string;
  /** The whole path. */
  readonly path: string;
  /** The path below that of the registry: empty, or it begins with `/`. */
  readonly below: string;
  readonly parameters: ReadonlyMap<string, string>;
};

/** Parameter to what its value may be. */
type Parameters = { readonly [name: string]: RegExp };

/** One kind of path, and what may be asked of it. */
export type GrammarRow = {
  readonly name: string;
  readonly path: RegExp;
  /** Method to the parameters that it may have. A method that is not here is not known. */
  readonly methods: { readonly [method: string]: Parameters };
};

/** Does each parameter stand in the row, with a value that it can have? */
function hasKnownParameters(known: Parameters, call: RegistryCall): boolean {
  return [...call.parameters].every(
    ([name, value]) => Object.hasOwn(known, name) && known[name]?.test(value) === true,
  );
}

/**
 * Finds the one row that knows this path, method and all parameters. A path that fits two rows is known to neither,
 * since two readers could take it for two things.
 */
export function findRow(
  rows: readonly GrammarRow[],
  text: string,
  asked: RegistryCall,
): GrammarRow | undefined {
  const [row, ...others] = rows.filter(({ path }) => path.test(text));
  if (!row || others.length > 0 || !Object.hasOwn(row.methods, asked.method)) return undefined;
  return hasKnownParameters(row.methods[asked.method] ?? {}, asked) ? row : undefined;
}
