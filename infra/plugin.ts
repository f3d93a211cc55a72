import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createAccountReader } from '../lib/aws/account.ts';
import type { AwsSetting } from '../lib/aws/call.ts';
import type { AwsAccessKey } from '../lib/aws/sign.ts';
import { loadConfig } from '../lib/config/load.ts';
import { readSettings } from '../lib/config/settings.ts';
import { FUNCTIONS, type FunctionName } from '../lib/config/wiring.ts';
import { writeDiagnosis } from '../lib/doctor/diagnosis.ts';
import type { Complaint } from '../lib/language/complaint.ts';
import { lintConfig, writeComplaints, writeFindingList } from '../lib/review/findings.ts';
import type { LintFinding } from '../lib/review/lint/rule.ts';
import { findSwapped } from '../lib/vendor/check.ts';
import { adoptKept, type ChangeSetMaker } from './adopt.ts';
import { writeArtifact } from './artifact.ts';
import { examineDeployed } from './examination.ts';
import type { TemplateInput } from './input.ts';
import { complainOfDomain, complainOfReserved } from './issuer.ts';
import { type DeployOptions, readOptions } from './options.ts';
import { findBrokerUrl, type StackReader } from './outputs.ts';
import { runPreflight } from './preflight/preflight.ts';
import { writeLeavingWarning } from './removal.ts';
import { fixSwitchTableName } from './resources/switches.ts';
import { writeRights } from './rights/files.ts';
import type { Stack } from './stack.ts';
import { createTemplate, type DeployTemplate, listTemplateComplaints } from './template.ts';

type NamedObjects = { [name: string]: object };
type Tags = { readonly [key: string]: string };
type ServiceResources = { Resources?: NamedObjects; Outputs?: NamedObjects };

/** As much of the Serverless Framework as is used here. */
type Serverless = {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[]; readonly options: object };
  readonly configurationInput: { functions?: NamedObjects; resources?: ServiceResources };
  readonly pluginManager: { readonly plugins: readonly (ChangeSetMaker & StackReader)[] };
  addServiceOutputSection(name: string, lines: readonly string[]): void;
  getProvider(name: 'aws'): {
    readonly naming: { getStackName(): string };
    getRegion(): string;
    getStage(): string;
    getAwsSdkV3CredentialsProvider(): () => Promise<AwsAccessKey>;
  };
  readonly service: {
    readonly service: string;
    readonly provider: { readonly deploymentMethod?: string; readonly tags?: Tags; stackTags?: Tags };
    readonly custom?: { readonly kiteSts?: unknown };
    functions: NamedObjects;
    resources?: ServiceResources;
    setFunctionNames(options: object): void;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
};

/** The framework's way for a plugin to say something. */
type Writers = { readonly log?: { warning(text: string): void; notice(text: string): void } };

type ServiceReading =
  | {
      readonly input: TemplateInput;
      readonly made: DeployTemplate;
      /** Lint's warnings, as people read them; empty when there is nothing. */
      readonly warnings: string;
      readonly complaints: readonly [];
    }
  | { readonly input?: never; readonly complaints: readonly (Complaint | LintFinding)[] };

function nameArtifact(name: string): string {
  return join('.serverless', `${name}.zip`);
}

/** The folder of the kite-sts that this is a part of: of a package, or of a clone. */
const HOME = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url));

/** Whom the table of switches lets write is a matter of whoever deploys, so it is no error. */
function writeOperatorsWarning(options: DeployOptions): string {
  if (options.operators.length > 0) return '';
  return '\nserverless.yml custom.kiteSts names no "operators": whoever may write to DynamoDB tables of this account can switch on what was switched off. Name the roles that may, as in node_modules/kite-sts/docs/guides/operate.md.';
}

/**
 * `plugins: [kite-sts]`: checks and compiles the configuration when packaging, and adds the broker's functions
 * and resources to the service.
 */
export default class KiteSts {
  readonly hooks: { readonly [event: string]: () => unknown };
  readonly #sls: Serverless;
  readonly #log: Writers['log'];
  #input: TemplateInput | undefined;
  #deployed: readonly FunctionName[] = [];

  constructor(sls: Serverless, _options?: unknown, { log }: Writers = {}) {
    this.#sls = sls;
    this.#log = log;
    this.hooks = {
      // Not in this constructor: only now are variables such as ${ssm:…} in serverless.yml replaced.
      initialize: () => this.#add(),
      'before:package:createDeploymentArtifacts': () => this.#package(),
      'before:deploy:deploy': () => this.#prepare(),
      'before:remove:remove': () => this.#log?.warning(writeLeavingWarning(this.#input?.config)),
      'after:aws:info:gatherData': () => this.#tell(),
    };
  }

  #fail(text: string): never {
    throw new this.#sls.classes.Error(text, 'KITE_STS');
  }

  #read(deploying: boolean): ServiceReading {
    const { settings, complaints: ofSettings } = readSettings(process.env);
    const { options, complaints: ofOptions } = readOptions(
      this.#sls.service.custom?.kiteSts,
      this.#sls.service.provider,
    );
    const complaints = [...ofSettings, ...ofOptions];
    if (!options || complaints.length > 0) return { complaints };
    const folder = process.env['KITE_STS_CONFIG'] ? settings.config : (options.config ?? settings.config);
    const loaded = loadConfig(folder);
    const { config } = loaded;
    if (!config) return { complaints: loaded.complaints };
    const input = { config, options, stack: this.#findStack() };
    const { findings } = lintConfig(loaded);
    const found = [
      ...findings.filter(each => each.level === 'error'),
      ...(deploying ? complainOfReserved(config) : []),
      ...complainOfDomain(config, options),
      ...listTemplateComplaints(input),
    ];
    if (found.length > 0) return { complaints: found };
    const warned = findings.filter(each => each.level === 'warning');
    const warnings = writeFindingList(warned) + writeOperatorsWarning(options);
    return { input, made: createTemplate(input), warnings, complaints: [] };
  }

  #findStack(): Stack {
    const provider = this.#sls.getProvider('aws');
    return {
      name: provider.naming.getStackName(),
      prefix: `${this.#sls.service.service}-${provider.getStage()}`,
      region: provider.getRegion(),
    };
  }

  #add(): void {
    const [command = '', sub] = this.#sls.processedInput.commands;
    const deploying = command === 'deploy' && sub === undefined;
    if (command === 'deploy' && sub === 'function')
      this.#fail(
        '`deploy function` would leave the rights of the other parts behind. Use `serverless deploy`.',
      );
    if (deploying && this.#sls.service.provider.deploymentMethod === 'direct')
      this.#fail(
        'provider.deploymentMethod: direct cannot take on the table of switches that an earlier stack kept. Leave it out.',
      );
    const read = this.#read(deploying);
    if (read.input) {
      if (read.warnings && (deploying || command === 'package')) this.#log?.warning(read.warnings);
      this.#input = read.input;
      this.#extend(read.made);
    } else if (deploying || command === 'package') this.#fail(`\n${writeComplaints(read.complaints)}`);
    // Whoever removes or looks at a broker needs no sound configuration for it.
  }

  #extend({ functions, resources }: DeployTemplate): void {
    const { service, configurationInput, processedInput } = this.#sls;
    // On functions alone otherwise: CloudFormation gives a stack's tags to all that can have some.
    if (service.provider.tags)
      service.provider.stackTags = { ...service.provider.tags, ...service.provider.stackTags };
    this.#deployed = FUNCTIONS.filter(name => functions[name]);
    const ours = Object.fromEntries(
      this.#deployed.map(name => [
        name,
        {
          ...functions[name],
          handler: 'index.handler',
          package: { individually: true, artifact: nameArtifact(name) },
        },
      ]),
    );
    service.functions = this.#merged('function', service.functions, ours);
    service.resources = {
      ...service.resources,
      Resources: this.#merged(
        'resource',
        service.resources?.Resources,
        fixSwitchTableName(resources.Resources, this.#findStack().name),
      ),
      Outputs: this.#merged('output', service.resources?.Outputs, resources.Outputs),
    };
    service.setFunctionNames(processedInput.options);
    // `serverless print` shows these.
    configurationInput.functions = service.functions;
    configurationInput.resources = service.resources;
  }

  async #prepare(): Promise<void> {
    if (!adoptKept(this.#sls.pluginManager.plugins))
      this.#fail(
        'This version of the Serverless Framework deploys in a way that kite-sts does not know. Use osls 4.',
      );
    if (!this.#input) return;
    const found = await runPreflight(this.#input, createAccountReader(this.#findAws()));
    const text = found.map(each => `${writeDiagnosis(each)}\n`).join('');
    if (found.some(each => each.condition === 'wrong'))
      this.#fail(`\n${text}Nothing was changed. This is what a deployment would stumble over.`);
    const isKnown = found.every(each => each.condition === 'ok');
    if (isKnown) this.#log?.notice(`Preflight: ${found.length} looks, and all is well.`);
    else this.#log?.warning(`\n${text}What is not known stops no deployment.`);
  }

  /** As the framework itself asks AWS. */
  #findAws(): AwsSetting {
    const provider = this.#sls.getProvider('aws');
    const endpoint = process.env['AWS_ENDPOINT_URL'];
    return {
      region: provider.getRegion(),
      credentials: provider.getAwsSdkV3CredentialsProvider(),
      ...(endpoint ? { endpoint } : {}),
    };
  }

  /** Both `deploy` and `info` show the address. After a deployment the doctor looks at it, and undoes nothing. */
  async #tell(): Promise<void> {
    const url = findBrokerUrl(this.#sls.pluginManager.plugins);
    if (url !== undefined) this.#sls.addServiceOutputSection('broker', [url]);
    const input = this.#input;
    if (this.#sls.processedInput.commands[0] !== 'deploy' || !input) return;
    const { warning, notice } = await examineDeployed(input, url ?? input.config.url, this.#findAws());
    if (warning !== undefined) this.#log?.warning(warning);
    else this.#log?.notice(notice);
  }

  /** A service may add what it likes, but whoever reads "kite-sts" in it must get what kite-sts has. */
  #merged(what: string, theirs: NamedObjects = {}, ours: NamedObjects): NamedObjects {
    for (const name of Object.keys(ours))
      if (Object.hasOwn(theirs, name))
        this.#fail(`serverless.yml has a ${what} ${name}, which is one of kite-sts. Give it another name.`);
    return { ...theirs, ...ours };
  }

  /** Before anything is made of it. Against malice this is no more than its own word: SECURITY.md says what is. */
  async #compareTarball(): Promise<void> {
    const trusted = readSettings(process.env).settings.tarballDigests;
    const found = await findSwapped({ folder: this.#sls.serviceDir, home: HOME, trusted });
    if (found.length > 0) this.#fail(`\n${found.join('\n')}`);
  }

  async #package(): Promise<void> {
    const input = this.#input;
    if (!input) return;
    await this.#compareTarball();
    for (const name of this.#deployed)
      await writeArtifact(name, input, join(this.#sls.serviceDir, nameArtifact(name)));
    const { account } = input.options;
    if (account !== undefined) writeRights(input, account, join(this.#sls.serviceDir, '.serverless'));
  }
}
