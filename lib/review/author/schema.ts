import { invariantsSchema } from '../../config/invariants.ts';
import { brokerSchema } from '../../config/load.ts';
import { teamsSchema } from '../../config/teams.ts';
import { ruleSchema } from '../../language/condition.ts';
import { registrySchema } from '../../language/registry.ts';
import { roleSchema } from '../../language/role.ts';
import type { Schema } from '../../language/shape.ts';
import { statementSchema } from '../../language/statement.ts';
import { PRESETS, type Preset } from '../../token/presets.ts';
import { casesSchema } from '../cases/cases.ts';

/** Describes `iss` of a preset's tokens. */
function createIssuerSchema(preset: Preset): Schema {
  return preset.issuer === undefined
    ? { pattern: preset.customer?.pattern.source }
    : { const: preset.issuer };
}

/** The claims that a preset knows, so that an editor offers them. A row of broker.yml may add others. */
function createClaimsSchema(preset: Preset): Schema {
  return {
    if: { required: ['iss'], properties: { iss: createIssuerSchema(preset) } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: {
        claims: {
          properties: Object.fromEntries(Object.keys(preset.vocabulary.claims).map(name => [name, {}])),
        },
      },
    },
  };
}

const DEFINITIONS: { readonly [name: string]: Schema } = {
  statement: { ...statementSchema, allOf: Object.values<Preset>(PRESETS).map(createClaimsSchema) },
  rule: ruleSchema,
};

/** The definitions that a schema refers to, and those that they themselves refer to. */
function collectDefinitions(schema: Schema): Schema {
  const text = JSON.stringify(schema);
  const used = Object.entries(DEFINITIONS).filter(([name]) => text.includes(`"#/definitions/${name}"`));
  const found = Object.fromEntries(used);
  return used.length === 0 ? {} : { ...collectDefinitions(found), ...found };
}

// draft-07: the newest that the language server of YAML reads in full.
function createFileSchema(title: string, schema: Schema): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...schema,
    definitions: collectDefinitions(schema),
  };
}

/**
 * The schema of each file of a configuration, by what the file is. Each is drawn from the shapes that the loader
 * reads by.
 */
export const SCHEMAS = {
  role: createFileSchema('A role: who may have which credential', roleSchema),
  registry: createFileSchema('A registry: who may use which HTTP API', registrySchema),
  broker: createFileSchema('broker.yml: whom the broker trusts to say who is asking', brokerSchema),
  test: createFileSchema('Cases: what a role or a registry must decide', casesSchema),
  invariants: createFileSchema(
    'invariants.yml: what must hold of roles, whoever edits them',
    invariantsSchema,
  ),
  teams: createFileSchema('teams.yml: which roles a team owns, and how far they may reach', teamsSchema),
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** A schema as it is written: `docs/reference/<name>.schema.json`. */
export function writeSchema(name: SchemaName): string {
  return `${JSON.stringify(SCHEMAS[name], null, 2)}\n`;
}
