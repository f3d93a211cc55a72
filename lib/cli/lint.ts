import { loadConfig } from '../config/load.ts';
import { complaintsText, settingsOf } from './configuration.ts';
import { EXIT, type Verb } from './verb.ts';

export const lint: Verb = {
  summary: 'Checks broker.yml and every role: all that a broker would refuse to start with.',
  help: `kite-sts lint [--config FOLDER] [--json]

  --config FOLDER  the folder with broker.yml and roles/ (default: KITE_STS_CONFIG, or config)
  --json           one JSON array instead of lines

Each line: file:line:column  rule  what is wrong and what to do. Exit code 2 when there is one.

Examples:
  kite-sts lint
  kite-sts lint --config examples/queue-deny/config --json
`,
  options: { json: { type: 'boolean' } },
  async run(flags, terminal) {
    const { config: folder } = settingsOf(flags, terminal);
    const { config, complaints } = loadConfig(folder);
    if (flags['json']) terminal.out(`${JSON.stringify(complaints, null, 2)}\n`);
    else if (config)
      terminal.out(`${folder}: ${config.rows.size} issuers, ${config.roles.length} roles, no errors\n`);
    else terminal.out(complaintsText(complaints));
    return config ? EXIT.done : EXIT.denied;
  },
};
