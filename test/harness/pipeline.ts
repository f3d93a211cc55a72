import { parse } from 'yaml';
import { read } from './markdown.ts';

export const PLUGIN = 'plugins/kite-sts-buildkite-plugin';

/** What plugin.yml uses of JSON Schema, with which an agent checks a step's configuration. */
type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
};
type Configuration = {
  readonly properties: { readonly [option: string]: Schema };
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
};
type Named = { readonly [reference: string]: Use['options'] | null };
type Pipeline = {
  readonly steps: readonly { readonly plugins?: readonly (string | Named)[] }[];
};

export const CONFIGURATION = (parse(read(`${PLUGIN}/plugin.yml`)) as { configuration: Configuration })
  .configuration;

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function fits(schema: Schema, value: unknown): boolean {
  return (
    [schema.type ?? typeOf(value)].flat().includes(typeOf(value)) &&
    (schema.enum?.includes(value) ?? true) &&
    (schema.minimum === undefined || Number(value) >= schema.minimum) &&
    (!Array.isArray(value) ||
      (value.length >= (schema.minItems ?? 0) && value.every(each => fits(schema.items ?? {}, each))))
  );
}

/** The options that an agent would refuse: unknown, of a wrong type or value, or missing. */
export function refusedOptions(options: { readonly [option: string]: unknown }): string[] {
  return [
    ...Object.entries(options)
      .filter(([name, value]) => {
        const schema = CONFIGURATION.properties[name];
        return schema === undefined ? !CONFIGURATION.additionalProperties : !fits(schema, value);
      })
      .map(([name]) => name),
    ...CONFIGURATION.required.filter(name => !Object.hasOwn(options, name)),
  ];
}

type Use = { readonly reference: string; readonly options: { readonly [option: string]: unknown } };

function named(plugins: Named): Use[] {
  return Object.entries(plugins).map(([reference, options]) => ({ reference, options: options ?? {} }));
}

/** This plugin's uses in a pipeline: its reference, such as `acme/kite-sts#v1.0.0`, and its options. */
export function usesOf(pipeline: string): Use[] {
  return (parse(pipeline) as Pipeline).steps
    .flatMap(({ plugins = [] }) => plugins)
    .flatMap(each => (typeof each === 'string' ? [{ reference: each, options: {} }] : named(each)))
    .filter(({ reference }) => /\bkite-sts\b[^/]*#/.test(reference));
}
