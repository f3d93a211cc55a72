/** As much of a plugin of the Serverless Framework's as makes change sets. */
export type ChangeSetMaker = { getCreateChangeSetParams?(asked: object): object };

/**
 * Makes each change set of this deployment take on what an earlier stack of the same name kept: the table of switches
 * and the logs with audit events. Without it their names would collide, and an empty table in the place of the kept one
 * would switch everything on. False where no plugin makes change sets in the way that we know.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 */
export function adoptKept(plugins: readonly ChangeSetMaker[]): boolean {
  let found = false;
  for (const plugin of plugins) {
    const makeParams = plugin.getCreateChangeSetParams;
    if (!makeParams) continue;
    plugin.getCreateChangeSetParams = asked => ({
      ...makeParams.call(plugin, asked),
      ImportExistingResources: true,
    });
    found = true;
  }
  return found;
}
