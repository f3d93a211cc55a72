/** A process of a broker, to be frozen or killed. Writes its audit events, and first of all where it listens. */
import { brokerServer } from '../harness/broker.ts';
import { NOW } from '../harness/policy.ts';
import { startProcess } from './deployment.ts';

const [url = '', stream = '', spentTable = '', switchTable = '', rows = '', began = ''] =
  process.argv.slice(2);
function now(): number {
  return NOW + (Date.now() - Number(began)) / 1000;
}
const { broker } = await startProcess({ url, stream, tables: { spentTable, switchTable }, rows, now }, line =>
  console.log(line),
);
console.log((await brokerServer(broker)).url);
