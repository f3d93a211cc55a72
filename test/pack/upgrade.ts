import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashForPeople, hashTarball } from '../../lib/vendor/pin.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder } from '../harness/local.ts';
import { NO_NETWORK } from '../harness/pack.ts';
import { expectShape, JSON_SHAPES } from '../harness/shape.ts';
import { createTeamMachine, type TeamMachine, type TeamRun } from '../harness/team.ts';

const NOW = packageJson.version;

type Edit = (text: string) => string;

const replacing =
  (from: string, to: string): Edit =>
  text => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };

/** Edits a file, or of a folder all that the edit finds something in: at least one. */
function editFiles(home: string, path: string, edit: Edit): void {
  const files = path.endsWith('/') ? readdirSync(join(home, path)).map(name => path + name) : [path];
  const edited = files.filter(file => {
    const text = readFileSync(join(home, file), 'utf8');
    const changed = edit(text);
    writeFileSync(join(home, file), changed);
    return changed !== text;
  });
  expect(edited).not.toEqual([]);
}

/** Another version, made from the packed one: nothing of it is a stand-in but what is edited. */
function packAs(tarball: string, version: string, edits: { readonly [path: string]: Edit } = {}): string {
  const folder = emptyFolder();
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const all = {
    'package.json': replacing(`"version": "${NOW}"`, `"version": "${version}"`),
    'CHANGELOG.md': replacing(
      `## ${NOW}`,
      `## ${version}\n\n### Changed\n\n- ★ [Branches](docs/x.md) are compared otherwise.\n- A word.\n\n## ${NOW}`,
    ),
    ...edits,
  };
  for (const [path, edit] of Object.entries(all)) editFiles(folder, path, edit);
  const into = emptyFolder();
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', into];
  execFileSync('npm', words, { cwd: folder, env: { ...process.env, ...NO_NETWORK } });
  return join(into, `kite-sts-${version}.tgz`);
}

/** An engine to which every branch is main. Whatever its functions are called, a claim is compared with an operand. */
const LENIENT = {
  'dist/lib/cli/': (text: string) =>
    text.replaceAll('value===operand', "(operand==='main'||value===operand)"),
};

/** A version that needs a package which nobody has. */
const NEEDY = {
  'package.json': (text: string) =>
    replacing(
      '"dependencies": {',
      '"dependencies": {\n    "kite-sts-nowhere": "1.0.0",',
    )(replacing(`"version": "${NOW}"`, '"version": "0.3.0"')(text)),
};

/** npm, but for its `nth` call of all, which does this instead. */
function brokenNpm(folder: string, nth: number, instead: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = `#!/usr/bin/env bash
count=$(( $(cat '${folder}/count' 2>/dev/null || echo 0) + 1 ))
echo $count > '${folder}/count'
if [ $count = ${nth} ]; then ${instead}; exit 1; fi
PATH=\${PATH#'${bin}':} exec npm "$@"
`;
  writeFileSync(join(bin, 'npm'), script);
  chmodSync(join(bin, 'npm'), 0o755);
  return `PATH='${bin}':$PATH`;
}

function expectDocumented(verb: string, out: string): void {
  const found = JSON_SHAPES.find(each => each.verb === verb);
  if (!found) throw new Error(`The reference has no JSON of ${verb}.`);
  expectShape(out, found.shape);
}

/** `upgrade` and `rollback` of a team's committed repository, by the packed command. */
export function describeUpgrade(tarball: () => string): void {
  describe('an upgrade', () => {
    let machine: TeamMachine;
    let first: string;
    let next: string;
    let afterNext: string;
    let lenient: string;
    let times = 0;

    /** A fresh clone with everything installed. */
    async function clone(): Promise<string> {
      const name = `clone-${++times}`;
      expect(
        await machine.run(machine.home, `git clone -q first ${name}; cd ${name}; npm ci --silent`),
      ).toMatchObject({ exits: 0 });
      return join(machine.home, name);
    }

    const kiteSts = (folder: string, words: string, before = ''): Promise<TeamRun> =>
      machine.run(folder, `${before} npx --no kite-sts ${words}`);

    /** What git finds changed, and which version is installed. */
    async function look(folder: string) {
      const { out } = await machine.run(
        folder,
        'git status --porcelain; node_modules/.bin/kite-sts --version',
      );
      return out.trimEnd().split('\n');
    }

    beforeAll(async () => {
      machine = await createTeamMachine();
      first = join(machine.home, 'first');
      mkdirSync(first);
      [next, afterNext] = [packAs(tarball(), '0.3.0'), packAs(tarball(), '0.10.0')];
      lenient = packAs(tarball(), '0.3.0', LENIENT);
      const made = await machine.run(
        first,
        `npx --yes --package='${tarball()}' kite-sts init --organization acme; npm install --silent; git init -q; git add --all; git commit -qm first`,
      );
      expect(made).toMatchObject({ exits: 0 });
    }, 180_000);

    test('puts the tarball, its digest, the pin, the lock file and node_modules in place, and goes back', async () => {
      const folder = await clone();
      const { exits, out } = await kiteSts(folder, `upgrade '${next}'`);
      expect({ exits, out }).toMatchObject({ exits: 0 });
      expect(out).toContain('★ 0.3.0: Branches are compared otherwise.');
      expect(out).not.toContain('A word.');
      expect(out).toContain('proved     proved     own-organization');
      const bytes = readFileSync(next);
      expect(readdirSync(join(folder, 'vendor')).sort()).toEqual([
        'check.sh',
        'kite-sts-0.3.0.tgz',
        'kite-sts-0.3.0.tgz.sha256',
      ]);
      expect(readFileSync(join(folder, 'vendor/kite-sts-0.3.0.tgz')).equals(bytes)).toBe(true);
      const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
      expect(lock.packages['node_modules/kite-sts']).toMatchObject({
        version: '0.3.0',
        resolved: 'file:vendor/kite-sts-0.3.0.tgz',
        integrity: hashTarball(bytes),
      });
      expect((await look(folder)).at(-1)).toBe('0.3.0');
      expect(await machine.run(join(folder, 'vendor'), 'sha256sum --check *.sha256')).toMatchObject({
        exits: 0,
      });

      // What was never committed could not be put back.
      expect(await kiteSts(folder, `upgrade '${afterNext}'`)).toMatchObject({ exits: 1, out: '' });
      expect(await kiteSts(folder, 'rollback')).toMatchObject({ exits: 0 });
      expect(await look(folder)).toEqual([NOW]);
    }, 180_000);

    test('that is committed is rolled back, and what else was changed meanwhile stays', async () => {
      const folder = await clone();
      const change = `node -e "const p = JSON.parse(fs.readFileSync('package.json')); p.description = 'ours'; fs.writeFileSync('package.json', JSON.stringify(p, null, 2) + '\\n')"`;
      const done = await machine.run(
        folder,
        `npx --no kite-sts upgrade '${next}' > /dev/null; git add --all; git commit -qm upgrade; ${change}; npm install --silent; git commit -qam ours; npx --no kite-sts upgrade '${afterNext}' --json > ../report.json; git add --all; git commit -qm again; npm ci --silent`,
      );
      expect(done).toMatchObject({ exits: 0 });
      const printed = readFileSync(join(machine.home, 'report.json'), 'utf8');
      expectDocumented('upgrade', printed);
      expect(JSON.parse(printed)).toMatchObject({
        from: '0.3.0',
        to: '0.10.0',
        sha256: hashForPeople(readFileSync(afterNext)),
        written: true,
        direction: 'not wider',
        comparison: { policies: 1, alike: 1, decided: [] },
      });
      for (const version of ['0.3.0', NOW]) {
        const back = await kiteSts(folder, 'rollback --json');
        expect(back).toMatchObject({ exits: 0 });
        expectDocumented('rollback', back.out);
        const [last] = (await look(folder)).slice(-1);
        expect([last, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))]).toMatchObject([
          version,
          { description: 'ours', dependencies: { 'kite-sts': `file:vendor/kite-sts-${version}.tgz` } },
        ]);
      }
      expect(await kiteSts(folder, 'rollback')).toMatchObject({ exits: 1, out: '' });
    }, 240_000);

    test('by which somebody gets more is shown and not written, unless it is accepted', async () => {
      const folder = await clone();
      const { exits, out } = await kiteSts(folder, `upgrade '${lenient}' --json`);
      expect(exits).toBe(2);
      const report = JSON.parse(out);
      expect(report).toMatchObject({ direction: 'wider', written: false });
      expect(report.checks).toMatchObject([
        { verb: 'lint', clean: true },
        { verb: 'test', clean: false },
      ]);
      expect(report.comparison.decided).toContainEqual(
        expect.objectContaining({
          turn: 'wider',
          before: { allowed: false, reason: 'no_statement_holds' },
          after: expect.objectContaining({ allowed: true, statement: 'pushes to main' }),
        }),
      );
      expect(report.proofs).toEqual([{ id: 'own-organization', before: 'proved', after: 'proved' }]);
      expect(await look(folder)).toEqual([NOW]);

      expect(await kiteSts(folder, `upgrade '${lenient}' --accept`)).toMatchObject({ exits: 0 });
      expect((await look(folder)).at(-1)).toBe('0.3.0');
    }, 180_000);

    test('T98: to another tarball than the trusted one runs nothing of it', async () => {
      const folder = await clone();
      const trusted = hashForPeople(readFileSync(next));
      for (const [words, before] of [
        [`--digest ${trusted}`, ''],
        ['', `KITE_STS_TARBALL_SHA256=${trusted}`],
        [`--digest ${hashForPeople(readFileSync(lenient))}`, `KITE_STS_TARBALL_SHA256=${trusted}`],
      ] as const)
        expect(await kiteSts(folder, `upgrade '${lenient}' --accept ${words}`, before)).toMatchObject({
          exits: 1,
          out: '',
        });
      expect(await look(folder)).toEqual([NOW]);
      expect(await kiteSts(folder, `upgrade '${next}' --digest ${trusted}`)).toMatchObject({ exits: 0 });
    }, 180_000);

    test('T98: to the same version with other bytes, to an older one or to no tarball is refused', async () => {
      const folder = await clone();
      const other = join(emptyFolder(), 'other.tgz');
      writeFileSync(other, 'no tarball');
      for (const path of [packAs(tarball(), '0.1.9'), tarball(), other, 'nowhere.tgz'])
        expect(await kiteSts(folder, `upgrade '${path}'`)).toMatchObject({ exits: 1, out: '' });
      expect(await look(folder)).toEqual([NOW]);
    }, 120_000);

    test('T98: does not begin where the tarball is not that of the lock file', async () => {
      const folder = await clone();
      writeFileSync(join(folder, 'vendor', `kite-sts-${NOW}.tgz`), readFileSync(next));
      expect(await kiteSts(folder, `upgrade '${next}'`)).toMatchObject({ exits: 1, out: '' });
    }, 120_000);

    test('that needs a package which cannot be had changes nothing', async () => {
      const folder = await clone();
      expect(await kiteSts(folder, `upgrade '${packAs(tarball(), '0.3.0', NEEDY)}'`)).toMatchObject({
        exits: 1,
        out: '',
      });
      expect(await look(folder)).toEqual([NOW]);
    }, 120_000);

    test.each([
      ['npm fails half-way, with node_modules in pieces', 'rm -rf node_modules/kite-sts'],
      ['somebody interrupts it', 'kill -INT $PPID; sleep 1'],
    ])(
      'leaves the old state where %s',
      async (_what, instead) => {
        const folder = await clone();
        // npm made a lock file, installed the version aside, and is to install it here.
        const broken = brokenNpm(emptyFolder(), 3, instead);
        // Not by npx, which runs npm's own files.
        const ran = await machine.run(folder, `${broken} node_modules/.bin/kite-sts upgrade '${next}'`);
        expect(ran.exits).toBe(1);
        expect(await look(folder)).toEqual([NOW]);
        expect(await machine.run(folder, 'npx --no kite-sts lint')).toMatchObject({ exits: 0 });
      },
      120_000,
    );
  });
}
