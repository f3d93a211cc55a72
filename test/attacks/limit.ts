import { type Attack, attack, type World } from './harness.ts';

/** The last of so many answers. */
async function lastOf(count: number, send: () => Promise<string>): Promise<string> {
  let last = '';
  for (let n = 0; n < count; n++) last = await send();
  return last;
}

async function afterwards({ askAs }: World, first: string): Promise<string> {
  return `${first}, its neighbor ${await askAs({ pipeline_slug: 'another' })}`;
}

/** By asking too often for what is refused. */
export const attacks: readonly Attack[] = [
  attack('D12', 'names of roles that there are not', 'rate_limited, its neighbor issued', async world =>
    afterwards(world, await lastOf(21, () => world.askAs({}, 'wbe'))),
  ),
  attack('D12', 'a role that is not for this branch', 'rate_limited, its neighbor issued', async world =>
    afterwards(world, await lastOf(21, () => world.askAs({ build_branch: 'topic' }))),
  ),
  attack('D12', 'tokens of another organization', 'rate_limited, its neighbor issued', async world =>
    afterwards(world, await lastOf(21, () => world.askAs({ organization_slug: 'another' }))),
  ),
];
