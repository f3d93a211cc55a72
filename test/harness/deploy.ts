import type { Resources } from '../../infra/cloudformation.ts';
import type { TemplateInput } from '../../infra/input.ts';
import { type DeployOptions, readOptions } from '../../infra/options.ts';
import type { Stack } from '../../infra/stack.ts';
import { createTemplate, type DeployTemplate, listTemplateComplaints } from '../../infra/template.ts';
import type { BrokerSettings } from '../../lib/config/load.ts';
import type { Registry } from '../../lib/policy/registry.ts';
import { TRUST } from './grant.ts';
import { PLENTY } from './limits.ts';
import { AUDIENCE, PROVIDER, roleFrom, rowsFrom } from './policy.ts';

export const ORGANIZATION = 'o-a1b2c3d4e5';
export function arnOf(name: string, account = '123456789012'): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

const AWS_ROLE = roleFrom(`${TRUST}aws: { role_arn: ${arnOf('deploy')} }\n`);
const JWT_ROLE = roleFrom(`${TRUST}${PROVIDER}\n`);

/** A stage of the starter's service. */
export const STACK: Stack = { name: 'kite-sts-prod', prefix: 'kite-sts-prod', region: 'eu-central-1' };

type Asked = {
  /** The ARNs of target roles: a role of kite-sts for each. */
  readonly targets?: readonly string[];
  readonly jwt?: boolean;
  /** The provider of each further role, as YAML. */
  readonly also?: readonly string[];
  /** More of broker.yml. */
  readonly ground?: Partial<BrokerSettings>;
  readonly registries?: readonly Registry[];
  /** `custom.kiteSts` as a team writes it. */
  readonly options?: object;
  readonly stack?: Stack;
  /** `provider` of serverless.yml. */
  readonly provider?: object;
};

/** What is deployed for roles with these targets, and one that we sign for unless `jwt` is false. */
export function inputOf({
  targets = [arnOf('deploy')],
  jwt = true,
  also = [],
  ground = {},
  registries = [],
  options: custom = {},
  stack = STACK,
  provider = {},
}: Asked = {}): TemplateInput {
  const options = optionsFrom(custom, provider);
  const aimed = targets.map((role_arn, index) => ({
    ...AWS_ROLE,
    name: `deploy-${index}`,
    template: { ...AWS_ROLE.template, kind: 'aws' as const, role_arn } as typeof AWS_ROLE.template,
  }));
  const further = also.map((yaml, index) => ({ ...roleFrom(`${TRUST}${yaml}\n`), name: `also-${index}` }));
  const roles = [...aimed, ...(jwt ? [{ ...JWT_ROLE, name: 'signed' }] : []), ...further];
  return {
    options,
    stack,
    config: {
      folder: 'test',
      url: AUDIENCE,
      audience: AUDIENCE,
      rows: rowsFrom('[]'),
      roles,
      registries,
      limits: PLENTY,
      ...ground,
    },
  };
}

/** `custom.kiteSts` as a team writes it, with the defaults filled in. */
export function optionsFrom(custom: object = {}, provider: object = {}): DeployOptions {
  const { options, complaints } = readOptions(custom, provider);
  if (!options) throw new Error(JSON.stringify(complaints));
  return options;
}

export function templateFor(asked?: Asked): DeployTemplate {
  return createTemplate(inputOf(asked));
}
export function resourcesFor(asked?: Asked): Resources {
  return templateFor(asked).resources.Resources;
}

/** What is wrong with these, without its prose: `rule file`. */
export function refusedFor(asked: Asked): string[] {
  return listTemplateComplaints(inputOf(asked)).map(({ rule, place }) => `${rule} ${place.file}`);
}

/** The properties of a resource that must be there. */
export function propertiesOf(resources: Resources, id: string): { readonly [name: string]: unknown } {
  const { Properties } = resources[id] ?? {};
  if (!Properties) throw new Error(`there is no ${id} among ${Object.keys(resources).join(', ')}`);
  return Properties;
}

/** Every object anywhere inside of a value, itself included. */
export function objectsIn(value: unknown): readonly object[] {
  return typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(objectsIn)]
    : [];
}

type Read = { readonly Sid: string; readonly Action: readonly string[]; readonly [name: string]: unknown };

/** Every policy statement of a template, under the id of its resource and its own name. */
export function statementsOf(resources: Resources): ReadonlyMap<string, Read> {
  return new Map(
    Object.entries(resources).flatMap(([id, resource]) =>
      objectsIn(resource)
        .filter((each): each is Read => 'Effect' in each)
        .map(each => [`${id} ${each.Sid}`, each] as const),
    ),
  );
}

/** The statements by which a resource may be used, each by its name with its actions. */
export function rightsTo(
  id: string,
  resources: Resources,
): readonly (readonly [string, readonly string[]])[] {
  return [...statementsOf(resources)]
    .filter(([, { Resource }]) => JSON.stringify(Resource ?? '').includes(`"${id}"`))
    .map(([name, { Action }]) => [name, Action] as const);
}
