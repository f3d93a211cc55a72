import { MAX_PATTERN, patternFault } from '../policy/glob.ts';
import { checked, type Shape, text } from '../policy/shape.ts';

/** A pattern as `matches` has them, over names such as those of roles. */
export const PATTERN: Shape<string> = checked(
  text({ max: MAX_PATTERN, says: 'a pattern' }),
  'pattern-refused',
  patternFault,
);
