import { type Config, loadConfig } from '../config/load.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { complaintsText } from './findings.ts';
import { Failure, type Flags, flag, type Terminal } from './verb.ts';

/** Settings from the environment, `--config` before them. Throws `Failure` with every complaint. */
export const settingsOf = (flags: Flags, { environment }: Terminal): Settings => {
  const { settings, complaints } = readSettings(environment);
  if (complaints.length > 0) throw new Failure(complaintsText(complaints));
  return { ...settings, config: flag(flags, 'config') ?? settings.config };
};

/** The whole configuration. Throws `Failure` with every complaint. */
export const configOf = (settings: Settings): Config => {
  const { config, complaints } = loadConfig(settings.config);
  if (!config) throw new Failure(complaintsText(complaints));
  return config;
};
