import type { ClaimValue } from '../../policy/claims.ts';
import { importCel } from '../../review/author/import/cel.ts';
import { type ImportedPolicy, omitStatement } from '../../review/author/import/imported.ts';
import { importOcto, OctoRefused } from '../../review/author/import/octo.ts';
import { type ReadExpression, readFlexible } from './expression.ts';
import { type DumpMembers, isForeignObject, listMembers, readForeignText } from './members.ts';
import { type ForeignTrust, readWanted } from './trust.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function readAsked(credential: DumpMembers): ReadExpression {
  const flexible = credential['claimsMatchingExpression'];
  const expression = isForeignObject(flexible) ? readForeignText(flexible, 'value') : undefined;
  if (expression !== undefined) return readFlexible(expression);
  const subject = readForeignText(credential, 'subject');
  return subject === undefined
    ? { wanted: [], doubts: ['no subject'] }
    : { wanted: [{ claim: 'sub', operator: 'StringEquals', operands: [subject] }], doubts: [] };
}

/** As CEL, which has `startsWith` for a pattern that ends in `*`, and no word for another. */
function writeCel(expression: ReadExpression): string {
  return expression.wanted
    .map(({ claim, operator, operands: [value = ''] }) =>
      operator === 'StringEquals' || !/[*?]/.test(value)
        ? `assertion.${claim} == ${JSON.stringify(value)}`
        : `assertion.${claim}.startsWith(${JSON.stringify(value.replace(/\*$/, ''))})`,
    )
    .join(' && ');
}

function importCredential(issuer: string, credential: DumpMembers, asked: ReadExpression): ImportedPolicy {
  const subject = readForeignText(credential, 'subject');
  try {
    if (asked.doubts.length === 0 && !isForeignObject(credential['claimsMatchingExpression']))
      return { ...importOcto({ issuer, subject }), notes: [] };
    if (asked.doubts.length === 0)
      return { ...importCel({ issuer, condition: writeCel(asked), mapping: {} }), notes: [] };
  } catch (error) {
    if (!(error instanceof OctoRefused)) throw error;
  }
  return {
    trust: [omitStatement('The credential', 'its expression has no counterpart.')],
    deny: [],
    notes: [],
  };
}

/** An application of Entra, and a credential by which jobs are it. */
export type EntraCredential = {
  readonly app: string;
  readonly title: string;
  readonly credential: DumpMembers;
};

/** Reads what `az ad app federated-credential list` printed of the application `name`, or Graph of several. */
export function readEntraDump(value: ClaimValue, name: string): EntraCredential[] {
  const listed = isForeignObject(value)
    ? listMembers(value, 'value')
    : Array.isArray(value)
      ? value.filter(isForeignObject)
      : [];
  return listed.flatMap(each => {
    const own = listMembers(each, 'federatedIdentityCredentials');
    const app = readForeignText(each, 'appId') ?? name;
    const title = readForeignText(each, 'displayName') ?? app;
    if (own.length > 0) return own.map(credential => ({ app, title, credential }));
    return 'issuer' in each && 'audiences' in each ? [{ app: name, title: name, credential: each }] : [];
  });
}

/** Every trust of Entra in tokens of another issuer. `tenant` is what `az account show` names. */
export function listEntraTrusts(
  credentials: readonly EntraCredential[],
  tenant: string | undefined,
): ForeignTrust[] {
  return credentials.flatMap(({ app, title, credential }) => {
    const issuer = readForeignText(credential, 'issuer');
    if (issuer === undefined) return [];
    const asked = readAsked(credential);
    const name = readForeignText(credential, 'name') ?? '';
    return [
      {
        source: `federated credential ${name} of the application ${title} (${app})`,
        name: `${title}-${name}`,
        account: tenant ?? 'Entra',
        direct: readWanted(issuer, name, asked.wanted, asked.doubts),
        made: importCredential(issuer, credential, asked),
        provider:
          tenant !== undefined && UUID.test(app)
            ? { azure: { tenant_id: tenant, client_id: app, scope: 'https://management.azure.com/.default' } }
            : undefined,
        thing: 'the federated credential',
      },
    ];
  });
}
