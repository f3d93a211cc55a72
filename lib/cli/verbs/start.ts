import { CannotStart, startLocal } from '../../local/start.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { CONFIG_OPTION, EXIT, Failure, type Verb } from '../verb.ts';

export const start: Verb = {
  options: {
    config: CONFIG_OPTION,
    json: {
      type: 'boolean',
      help: 'Audit events as they are, one JSON object a line; else a line for people.',
    },
  },
  about: `It reads the folder again when a file of it has changed. PORT chooses the port (default 8787; 0 takes a free one). Ctrl-C stops it.`,
  examples: ['kite-sts start', 'PORT=8788 kite-sts start --config policies/ci'],
  async run(flags, terminal) {
    const settings = readCommandSettings(flags, terminal);
    const { stopped, out, error } = terminal;
    const streams = { out, error };
    try {
      const server = await startLocal(openConfig(settings), settings, {
        ...streams,
        json: flags['json'] === true,
      });
      await stopped;
      await server.close();
      return EXIT.done;
    } catch (error) {
      if (error instanceof CannotStart) throw new Failure(`${error.message}\n`);
      throw error;
    }
  },
};
