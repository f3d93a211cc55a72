import type { Switch } from '../../lib/switch.ts';

/** A switch that is off, but for what is said otherwise. */
export function switchOf(changes: Partial<Switch> & Pick<Switch, 'what' | 'names'>): Switch {
  return {
    off: true,
    reason: 'a key leaked',
    by: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
    at: '2027-01-15T08:00:00.000Z',
    ...changes,
  };
}
