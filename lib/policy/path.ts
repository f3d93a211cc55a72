/** In characters; far beyond the path of any package. */
const MAX_PATH = 1024;

// Letters, digits and what needs no second reading, or an encoding of such punctuation. Whatever another reader
// could take for a separator, a dot segment or a parameter is not among them, plain or encoded: / \ ; % . and
// control characters.
const SEGMENT = /^(?!\.{1,2}$)(?:[\w.~@+:=,!$&'()*-]|%(?:21|24|26|27|28|29|2A|2B|2C|3A|3D|40|7E))+$/i;

/**
 * Does every reader see the same path in this one, whether it decodes once more, folds `//` and `..`, or does
 * neither? A gateway may hand paths in decoded or raw; the answer is right for both.
 */
export function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || path.length > MAX_PATH) return false;
  const segments = path.slice(1).split('/');
  // Docker ends the path of a new upload with a slash.
  return segments.every(
    (each, index) => SEGMENT.test(each) || (each === '' && index === segments.length - 1),
  );
}

/** Is this the path itself, or one below it? By whole segments and byte for byte. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
