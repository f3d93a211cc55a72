import { createFetch } from '../../client/proxy.ts';
import { MASK_OPTIONS, maskOrRefuse } from '../masking.ts';
import { createDatabaseToken, type DatabaseEntry } from '../reach/databases.ts';
import { findAwsSession } from '../reach/session.ts';
import { listReach } from '../reach/setup.ts';
import { EXIT, Failure, type Flags, readFlag, type Terminal, UsageError, type Verb } from '../verb.ts';

/** Whoever stands in for a database gets its password, and it counts for a quarter of an hour: the name must be proved. */
function demandVerification(flags: Flags, terminal: Terminal): void {
  const said = readFlag(flags, 'tls') ?? terminal.environment['PGSSLMODE'];
  if (said !== 'verify-full')
    throw new UsageError(
      'The client must verify the name of the database: PGSSLMODE=verify-full with PGSSLROOTCERT, or --tls verify-full where another client does (MySQL: --ssl-mode=VERIFY_IDENTITY).',
    );
}

function findDatabase(flags: Flags, terminal: Terminal): DatabaseEntry {
  const [host, user, port] = ['host', 'user', 'port'].map(name => readFlag(flags, name));
  const found = listReach(terminal).find(
    (entry): entry is DatabaseEntry =>
      entry.kind === 'rds' && entry.host === host && entry.user === user && String(entry.port) === port,
  );
  if (!found) throw new Failure('KITE_STS_REACH lists no database of this user, host and port.\n');
  return found;
}

export const rdsToken: Verb = {
  options: {
    host: {
      type: 'string',
      value: 'HOST',
      required: true,
      help: 'The endpoint of the database, as `KITE_STS_REACH` has it.',
    },
    port: { type: 'string', value: 'PORT', required: true, help: 'Its port.' },
    user: { type: 'string', value: 'USER', required: true, help: 'The database user.' },
    tls: {
      type: 'string',
      value: 'verify-full',
      help: 'Says that the client verifies the name of the database, where `PGSSLMODE` does not.',
    },
    ...MASK_OPTIONS,
  },
  about: `The password counts for 15 minutes, and as often as it is used.`,
  examples: [
    'kite-sts rds-token --host db.abc.eu-central-1.rds.amazonaws.com --port 5432 --user deploy',
    'kite-sts rds-token --host db.abc.eu-central-1.rds.amazonaws.com --port 3306 --user app --tls verify-full',
  ],
  async run(flags, terminal) {
    demandVerification(flags, terminal);
    const database = findDatabase(flags, terminal);
    const keys = await findAwsSession(terminal, createFetch(terminal.environment));
    const token = createDatabaseToken(database, keys, Date.now() / 1000);
    await maskOrRefuse([token], flags, terminal);
    terminal.out(`${token}\n`);
    return EXIT.done;
  },
};
