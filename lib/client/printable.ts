/** What came from elsewhere, for one line of a log: nothing in it can begin another line or move the cursor. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
