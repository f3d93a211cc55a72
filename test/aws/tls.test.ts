import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { expect, test } from 'vitest';

test('TLS is loaded where it is prepared, and not before', () => {
  const file = new URL('../../lib/aws/tls.ts', import.meta.url).href;
  const script = `
    const { prepareTls } = await import('${file}');
    const loaded = () => process.moduleLoadList.some(each => each === 'NativeModule tls');
    const before = loaded();
    prepareTls();
    console.log(JSON.stringify([before, loaded()]));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([false, true]);
});
