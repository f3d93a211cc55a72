import { isLoopback } from '../../client/url.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { askStranger } from './see.ts';

const CHECK = createTellers('github');

function examineOwner(owner: string, instruments: Instruments): Promise<Diagnosis> {
  const url = `https://api.github.com/users/${owner}`;
  const init = { headers: { accept: 'application/vnd.github+json', 'user-agent': 'kite-sts' } };
  const renamed = 'Look at owner of the role: it may have been renamed.';
  const later = 'Try again in an hour: it answers strangers a few times.';
  return askStranger({ check: CHECK, of: owner, who: 'GitHub', url, init }, instruments, ({ status }) => {
    if (status === 200)
      return CHECK.ok(owner, 'GitHub has it; whether the App is installed there only an exchange shows');
    return status === 404
      ? CHECK.wrong(owner, 'GitHub has no such organization or user', renamed)
      : CHECK.unknown(owner, `GitHub answered ${status}`, later);
  });
}

/** Looks at the owner of each `github` role, as far as GitHub tells a stranger. */
export async function examineGithub(
  patient: Patient,
  instruments: Instruments,
): Promise<readonly Diagnosis[]> {
  const { url, config } = patient;
  if (isLoopback(new URL(url).hostname)) return [];
  const owners = config.roles.flatMap(({ template }) =>
    template.kind === 'github' && template.owner !== undefined ? [template.owner] : [],
  );
  return Promise.all([...new Set(owners)].map(each => examineOwner(each, instruments)));
}
