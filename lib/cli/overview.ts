/** Says of each verb in a sentence what it does: here, so that `--help` need not load all that the verbs load. */
export const SUMMARIES: { readonly [verb: string]: string } = {
  init: 'Writes what a repository of your own needs to deploy a broker.',
  start: 'Starts a broker on this machine with a throwaway issuer and an STS that opens nothing.',
  lint: 'Checks broker.yml, every role and every registry: what no broker starts with, and what is unwise.',
  test: 'Runs the cases beside each role and registry, and says what they leave untested.',
  explain:
    'Says what a role or a registry decides for given claims, condition by condition, and what to change.',
  diff: 'Says what a change of policy newly allows and denies, each with a request that shows it.',
  'who-can':
    'Says who can have a role or use a registry: each trust statement in words, with a token that it admits.',
  console: 'Writes a page that decides as you type, maps who can reach what, and shows what an edit changes.',
  roles:
    'Lists the roles: who can have each, what it gives, what it demands of the job, for how long, and whose it is.',
  'what-can': 'Says which roles a token of these claims can have, and which registries it can use.',
  replay:
    'Decides the exchanges and the requests to registries of an audit log again, and counts those that would end otherwise now.',
  usage: 'Says what of each role was used, from audit events, and proposes to take away what was not.',
  prove:
    'Proves the sentences of invariants.yml and the ceilings of teams.yml for every token there can be, or shows what breaks them.',
  judge:
    'Says as JSON what this version reads in the policy and decides of requests, beside another version.',
  fmt: 'Writes every file of the configuration in one way: keys in order, quotes, lines; comments are kept.',
  pin: 'Adds the immutable ids of a job to the statement of a role that lets it in.',
  import: 'Prints a policy of AWS IAM, octo-sts, Vault and others as a role that admits nobody else.',
  codeowners: 'Prints the lines of CODEOWNERS by which each team reviews its roles, from teams.yml.',
  schema: 'Prints the JSON Schema of a kind of file, for editors to complete and check.',
  exchange: "Trades this job's token for the credential of a role, and prints it.",
  exec: 'Runs a command that is supplied with the credential of a role for as long as it runs.',
  'credential-process': 'Prints AWS keys as credential_process of an AWS profile expects them.',
  'docker-credential':
    'Answers Docker and its kin as a credential helper, for the registries that a step lists.',
  'kube-credential': 'Prints an ExecCredential for a cluster of EKS or GKE that a step lists.',
  'rds-token': 'Prints a password for a database user of RDS that a step lists.',
  codeartifact:
    'Prints a token of CodeArtifact for a domain that a step lists, or the lines that npm, pip or Maven need.',
  whoami: "Shows the claims of this job's token, and whether a broker would look at it.",
  token: "Prints a subject token of the local broker's throwaway issuer. It buys nothing real.",
  'check-targets': 'Checks whether the AWS roles that ours point at trust the broker, and it alone.',
  doctor: 'Asks a deployed broker how it is: from outside, and with credentials of AWS from inside.',
  drift: 'Says what lets jobs in around the broker, and whether targets still trust it as its roles say.',
  jwks: 'Prints a public RSA key as a JWKS, as the other side wants it for an app of ours.',
  disable: 'Switches an issuer, a key, an organization, a pipeline or a role off, without a deployment.',
  enable: 'Switches on again what `disable` switched off.',
  suspend: 'Suspends for some hours that a role looks whether jobs run, or were approved.',
  resume: 'Has a role look again at what `suspend` suspended.',
  disabled: 'Lists what is switched off or suspended, by whom, since when and why.',
  revoke: 'Ends what was issued: sessions of a role, one session, or a token of GitHub.',
  upgrade:
    'Puts a newer kite-sts into a repository of yours, after it has judged your policy beside the old one.',
  rollback: 'Puts the kite-sts back that was in your repository before, from the history of git.',
  completion: 'Prints what makes a shell complete verbs and options.',
};

/** The verbs, one on a line, and what exit codes mean. */
export function writeOverview(): string {
  const lines = Object.entries(SUMMARIES).map(([name, summary]) => `  ${name.padEnd(20)}${summary}`);
  return `kite-sts: an OIDC token in, short-lived credentials out.\n\n${lines.join('\n')}\n\nkite-sts help VERB tells more, kite-sts --version which this is. Exit codes: 0 done or allowed, 1 could not run, 2 denied or findings, 3 somebody gets more (diff), 4 could not be told (diff, prove), 64 wrong usage, 125 the command of exec was not started.\n`;
}
