const endings: (() => unknown)[] = [];

/** Does this after the test file, however deep in it the wish comes up. */
export const atEnd = (ending: () => unknown): void => void endings.push(ending);

export const endAll = async (): Promise<void> => {
  await Promise.all(endings.splice(0).map(end => end()));
};
