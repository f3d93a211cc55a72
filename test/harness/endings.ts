const endings: (() => unknown)[] = [];

/** Does this after the test file, however deep in it the wish comes up. */
export function atEnd(ending: () => unknown): void {
  return void endings.push(ending);
}

export async function endAll(): Promise<void> {
  await Promise.all(endings.splice(0).map(end => end()));
}
