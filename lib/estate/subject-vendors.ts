import type { PresetName } from '../token/presets.ts';

/** One piece of a subject: a text as it stands, or the value of a claim. */
export type Piece =
  | string
  | {
      readonly claim: string;
      /** Characters that the value never holds. */
      readonly never: string;
      /** The claim is null in tokens of another form, so any text is something that is asked. */
      readonly nullable?: true;
      /** Characters that no plain value holds, though a caller could write them. */
      readonly odd?: string;
      /** A piece that is no claim of its own, but a part of one. */
      readonly part?: true;
    };

/** A form in which a vendor writes `sub`, with what else is so of a token that has it. */
export type SubjectForm = {
  readonly pieces: readonly Piece[];
  /** Claims that are made of pieces: `{repository_owner}/{name}`. */
  readonly made?: { readonly [claim: string]: readonly (string | { readonly of: string })[] };
  /** Claims that a token with such a subject always has, or never (undefined). */
  readonly fixed?: { readonly [claim: string]: string | null | undefined };
  /** Each job with these claims can have a subject of this form. */
  readonly whole: boolean;
};

function createSlot(claim: string, never = ''): Piece {
  return { claim, never };
}

function createPart(claim: string, never: string): Piece {
  return { claim, never, part: true };
}

const BUILDKITE_HEAD = [
  'organization:',
  createSlot('organization_slug', ':'),
  ':pipeline:',
  createSlot('pipeline_slug', ':'),
] as const;

const BUILDKITE_TAIL = [':commit:', createSlot('build_commit', ':'), ':step:'] as const;

const BUILDKITE: readonly SubjectForm[] = [
  // Git allows no colon there; whoever starts a build by hand may write one all the same.
  [':ref:refs/heads/', { claim: 'build_branch', never: '', odd: ':' }] as const,
  [':ref:refs/tags/', { claim: 'build_tag', never: '', odd: ':', nullable: true }] as const,
].flatMap((ref, at) =>
  [[{ claim: 'step_key', never: ':', nullable: true } as const], []].map(
    (step): SubjectForm => ({
      pieces: [...BUILDKITE_HEAD, ...ref, ...BUILDKITE_TAIL, ...step],
      fixed: { ...(at === 0 ? { build_tag: null } : {}), ...(step.length === 0 ? { step_key: null } : {}) },
      whole: true,
    }),
  ),
);

const REPOSITORY = { repository: [{ of: 'repository_owner' }, '/', { of: 'name' }] };

const BY_NAME: readonly Piece[] = [
  'repo:',
  createSlot('repository_owner', ':/@'),
  '/',
  createPart('name', ':/@'),
];

const BY_ID: readonly Piece[] = [
  ...['repo:', createSlot('repository_owner', ':/@'), '@', createSlot('repository_owner_id', ':/@')],
  ...['/', createPart('name', ':/@'), '@', createSlot('repository_id', ':/@')],
];

const CONTEXTS: readonly Omit<SubjectForm, 'whole'>[] = [
  { pieces: [':ref:', createSlot('ref', ':')], fixed: { environment: undefined } },
  { pieces: [':environment:', createSlot('environment', ':')] },
  { pieces: [':pull_request'], fixed: { environment: undefined, event_name: 'pull_request' } },
];

const GITHUB: readonly SubjectForm[] = [BY_NAME, BY_ID].flatMap(head =>
  CONTEXTS.map(
    ({ pieces, ...context }): SubjectForm => ({
      ...context,
      pieces: [...head, ...pieces],
      made: REPOSITORY,
      // Since 2026-07-15 a job whose repository took an old name over has the claims, and not the subject by names.
      whole: head === BY_ID,
    }),
  ),
);

const GITLAB: readonly SubjectForm[] = [
  {
    pieces: [
      ...['project_path:', createSlot('namespace_path', ':'), '/', createPart('name', ':/')],
      ...[':ref_type:', createSlot('ref_type', ':'), ':ref:', createSlot('ref', ':')],
    ],
    made: { project_path: [{ of: 'namespace_path' }, '/', { of: 'name' }] },
    whole: true,
  },
];

const TERRAFORM: readonly SubjectForm[] = [
  {
    pieces: [
      ...['organization:', createSlot('terraform_organization_name', ':')],
      ...[':project:', createSlot('terraform_project_name', ':')],
      ...[':workspace:', createSlot('terraform_workspace_name', ':')],
      ...[':run_phase:', createSlot('terraform_run_phase', ':')],
    ],
    whole: true,
  },
];

const CIRCLECI: readonly SubjectForm[] = [
  {
    pieces: [
      ...['org/', createSlot('oidc.circleci.com/org-id', '/'), '/project/'],
      ...[createSlot('oidc.circleci.com/project-id', '/'), '/user/', createPart('user', '/')],
    ],
    whole: true,
  },
];

const BITBUCKET: readonly SubjectForm[] = [
  { pieces: [createSlot('repositoryUuid', ':'), ':', createPart('step', ':')], whole: true },
  {
    pieces: [
      createSlot('repositoryUuid', ':'),
      ':',
      createSlot('deploymentEnvironmentUuid', ':'),
      ':',
      createPart('step', ':'),
    ],
    whole: true,
  },
];

export const FORMS: {
  readonly [preset in PresetName]?: readonly SubjectForm[];
} = {
  buildkite: BUILDKITE,
  'github-actions': GITHUB,
  gitlab: GITLAB,
  'hcp-terraform': TERRAFORM,
  circleci: CIRCLECI,
  bitbucket: BITBUCKET,
};
