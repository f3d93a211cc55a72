/**
 * Makes text from elsewhere fit for one line of a log: nothing in it can begin another line or move the cursor.
 * `##` is broken up, and `::` at the beginning, since the runner of GitHub Actions obeys `##[command]`
 * wherever in a line it stands, and `::command::` where a line begins with it.
 */
export function makePrintable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replaceAll('##', '#?')
    .replace(/^( *):(?=:)/, '$1?');
}
