import { ENGINE } from '../../policy/decide.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readInput } from '../input.ts';
import { listPolicies } from '../judge/policy.ts';
import { proposeRequests } from '../judge/propose.ts';
import { judgeRequest, parseRequest } from '../judge/request.ts';
import { readManifest } from '../manifest.ts';
import { createConfigOption, EXIT, Failure, readFlag, type Verb } from '../verb.ts';

/** Throws `Failure` with the number of the first line that is no request. */
function readRequests(text: string, file: string) {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map((line, at) => {
      try {
        return parseRequest(line);
      } catch {
        throw new Failure(`${file}:${at + 1} is no request, as kite-sts judge proposes them.\n`);
      }
    });
}

export const judge: Verb = {
  options: {
    requests: {
      type: 'string',
      value: 'FILE',
      help: 'Decides these requests, one a line; `-` is standard input.',
    },
    config: createConfigOption('The folder with broker.yml, roles/ and registries/.'),
  },
  about: `Without --requests: the version, each role and registry with its digest and members, and the requests on which another
version may decide otherwise, one JSON text a line. kite-sts upgrade has the old version and the new one decide all that
both propose.`,
  examples: ['kite-sts judge', 'kite-sts judge --requests requests.jsonl'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const file = readFlag(flags, 'requests');
    if (file !== undefined) {
      const requests = readRequests((await readInput(file)).toString('utf8'), file);
      for (const each of requests) terminal.out(`${JSON.stringify(judgeRequest(each, config))}\n`);
      return EXIT.done;
    }
    const { version } = await readManifest();
    terminal.out(`${JSON.stringify({ version, engine: ENGINE, policies: listPolicies(config) })}\n`);
    // The hour: two versions that are asked one after the other propose the same.
    const hour = Math.floor(Date.now() / 3_600_000) * 3600;
    for (const request of proposeRequests(config, hour)) terminal.out(`${request}\n`);
    return EXIT.done;
  },
};
