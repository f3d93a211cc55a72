import { checked, type Shape, text } from '../language/shape.ts';
import { findPatternFault, MAX_PATTERN } from '../policy/glob.ts';

/** A pattern as `matches` has them, over names such as those of roles. */
export const PATTERN: Shape<string> = checked(
  text({ max: MAX_PATTERN, says: 'a pattern' }),
  'pattern-refused',
  findPatternFault,
);
