// Lists buckets by Google's own library, with what it finds by itself. Only where the service is differs.
import { Storage } from '@google-cloud/storage';

try {
  const apiEndpoint = process.env.STORAGE_AT;
  const storage = new Storage({ apiEndpoint, useAuthWithCustomEndpoint: true, projectId: 'acme-prod' });
  const [buckets] = await storage.getBuckets();
  console.log(buckets.map(({ name }) => name).join('\n'));
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
