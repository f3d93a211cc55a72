import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';
import { importCel } from '../../review/author/import/cel.ts';
import { type ImportedPolicy, omitStatement } from '../../review/author/import/imported.ts';
import { importOcto, OctoRefused } from '../../review/author/import/octo.ts';
import { listMembers, readTextMember } from '../members.ts';
import { type ReadExpression, readFlexible } from './expression.ts';
import { type ForeignTrust, readWantedTrust } from './trust.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function readAsked(credential: Claims): ReadExpression {
  const flexible = credential['claimsMatchingExpression'];
  const expression = isMapping(flexible) ? readTextMember(flexible, 'value') : undefined;
  if (expression !== undefined) return readFlexible(expression);
  const subject = readTextMember(credential, 'subject');
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

function importCredential(issuer: string, credential: Claims, asked: ReadExpression): ImportedPolicy {
  const subject = readTextMember(credential, 'subject');
  try {
    if (asked.doubts.length === 0 && !isMapping(credential['claimsMatchingExpression']))
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
export type EntraCredential = { readonly app: string; readonly title: string; readonly credential: Claims };

/** Reads what `az ad app federated-credential list` printed of the application `name`, or Graph of several. */
export function readEntraDump(value: ClaimValue, name: string): EntraCredential[] {
  const listed = isMapping(value)
    ? listMembers(value, 'value')
    : Array.isArray(value)
      ? value.filter(isMapping)
      : [];
  return listed.flatMap(each => {
    const own = listMembers(each, 'federatedIdentityCredentials');
    const app = readTextMember(each, 'appId') ?? name;
    const title = readTextMember(each, 'displayName') ?? app;
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
    const issuer = readTextMember(credential, 'issuer');
    if (issuer === undefined) return [];
    const asked = readAsked(credential);
    const name = readTextMember(credential, 'name') ?? '';
    return [
      {
        source: `federated credential ${name} of the application ${title} (${app})`,
        name: `${title}-${name}`,
        account: tenant ?? 'Entra',
        direct: readWantedTrust(issuer, name, asked.wanted, asked.doubts),
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
