import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microseconds in which a share of a CPU is counted, as Lambda's host counts it. */
const PERIOD = 20_000;
const GROUPS = '/sys/fs/cgroup';

/**
 * Holds a process to a share of a CPU by a control group of the kernel, of either version, and gives what takes the group
 * away once the process has ended. Undefined where this machine does not let us.
 */
export function throttle(pid: number, share: number): (() => void) | undefined {
  const second = existsSync(join(GROUPS, 'cgroup.controllers'));
  const group = join(GROUPS, second ? '' : 'cpu', `kite-sts-${pid}`);
  const quota = String(Math.round(PERIOD * share));
  try {
    mkdirSync(group);
    if (second) writeFileSync(join(group, 'cpu.max'), `${quota} ${PERIOD}`);
    else {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD));
      writeFileSync(join(group, 'cpu.cfs_quota_us'), quota);
    }
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch {
    return undefined;
  }
  return () => rmdirSync(group);
}
