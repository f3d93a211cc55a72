/** One word to a POSIX shell, whatever is in it: an audience may hold a quotation mark. */
export function quoteShellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
