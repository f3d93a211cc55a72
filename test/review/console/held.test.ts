import { expect, test } from 'vitest';
import { compileRoleText } from '../../../lib/review/console/held.ts';
import { heldOf } from '../../harness/console.ts';
import { ROLES } from '../../harness/local.ts';
import { placesOf } from '../../harness/policy.ts';

test('each role is held with its text, and compiled', () => {
  const held = heldOf();
  expect([...held.texts]).toEqual(Object.entries(ROLES));
  expect(held.roles.map(({ name }) => name)).toEqual(Object.keys(ROLES));
});

test('a text is compiled with the defaults of broker.yml', () => {
  const { setting } = heldOf({ session: { seconds: 60, maxSeconds: 90 } });
  expect(compileRoleText('publish', ROLES.publish, setting).role?.session).toMatchObject({
    seconds: 60,
    max: 90,
  });
});

test('complaints name the file of the role, and where', () => {
  const { complaints } = compileRoleText('publish', `${ROLES.publish}trsut: []\n`, heldOf().setting);
  expect(placesOf(complaints)).toEqual(['unknown-key 7:1']);
  expect(complaints[0]?.place.file).toBe('roles/publish.yml');
});

test('lines that end as on Windows are held as a text field has them', () => {
  const { texts, roles } = heldOf({
    roles: [{ name: 'publish', text: ROLES.publish.replaceAll('\n', '\r\n') }],
  });
  expect(texts.get('publish')).toBe(ROLES.publish);
  expect(roles).toHaveLength(1);
});
