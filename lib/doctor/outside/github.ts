import { isLoopback } from '../../client/url.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient } from './examined.ts';
import { fetchSeen, nameFailure } from './see.ts';

const CHECK = createTellers('github');

async function examineOwner(owner: string, instruments: Instruments): Promise<Diagnosis> {
  try {
    const headers = { accept: 'application/vnd.github+json', 'user-agent': 'kite-sts' };
    const { status } = await fetchSeen(`https://api.github.com/users/${owner}`, instruments, { headers });
    if (status === 200)
      return CHECK.ok(owner, 'GitHub has it; whether the App is installed there only an exchange shows');
    if (status === 404)
      return CHECK.wrong(
        owner,
        'GitHub has no such organization or user',
        'Look at owner of the role: it may have been renamed.',
      );
    return CHECK.unknown(
      owner,
      `GitHub answered ${status}`,
      'Try again in an hour: it answers strangers a few times.',
    );
  } catch (error) {
    return CHECK.unknown(owner, `GitHub did not answer: ${nameFailure(error)}`);
  }
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
