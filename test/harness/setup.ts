import { afterAll } from 'vitest';
import { endAll } from './endings.ts';

// Run anew before each test file, other than what the files of one worker import and share.
afterAll(endAll);
