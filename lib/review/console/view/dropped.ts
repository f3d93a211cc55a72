/** A file that was picked or dropped, by its path within what was. */
export type DroppedFile = { readonly path: string; readonly file: File };

function listDroppedEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((done, fail) => {
    // A browser hands over a hundred at a time (https://wicg.github.io/entries-api/#api-directoryreader).
    const readNext = (): void =>
      reader.readEntries(entries => {
        all.push(...entries);
        if (entries.length === 0) done(all);
        else readNext();
      }, fail);
    readNext();
  });
}

/** No configuration lies in these, and they may be vast. */
const PASSED = ['node_modules', '.git'];

async function listFiles(entry: FileSystemEntry): Promise<DroppedFile[]> {
  if (PASSED.includes(entry.name)) return [];
  if (entry.isDirectory) {
    const entries = await listDroppedEntries(entry as FileSystemDirectoryEntry);
    return (await Promise.all(entries.map(listFiles))).flat();
  }
  const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
  return [{ path: entry.fullPath.replace(/^\//, ''), file }];
}

/** Takes files and folders that are dropped on an element. */
export function readDropped(place: HTMLElement, take: (files: readonly DroppedFile[]) => void): void {
  const mark = (over: boolean): void => void place.classList.toggle('over', over);
  place.addEventListener('dragover', event => {
    event.preventDefault();
    mark(true);
  });
  place.addEventListener('dragleave', () => mark(false));
  place.addEventListener('drop', event => {
    event.preventDefault();
    mark(false);
    // Entries are gone once this function returns, so all of them are asked for at once.
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap(item => item.webkitGetAsEntry() ?? []);
    void Promise.all(entries.map(listFiles)).then(files => take(files.flat()));
  });
}
