import type { Attack, World } from './harness.ts';

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
  {
    of: 'D12',
    tried: 'names of roles that there are not',
    send: async world => afterwards(world, await lastOf(21, () => world.askAs({}, 'wbe'))),
    got: 'rate_limited, its neighbor issued',
  },
  {
    of: 'D12',
    tried: 'a role that is not for this branch',
    send: async world => afterwards(world, await lastOf(21, () => world.askAs({ build_branch: 'topic' }))),
    got: 'rate_limited, its neighbor issued',
  },
  {
    of: 'D12',
    tried: 'tokens of another organization',
    send: async world =>
      afterwards(world, await lastOf(21, () => world.askAs({ organization_slug: 'another' }))),
    got: 'rate_limited, its neighbor issued',
  },
];
