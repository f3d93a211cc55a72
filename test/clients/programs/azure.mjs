// Prints the token that Microsoft's library gets for the federated token in AZURE_FEDERATED_TOKEN_FILE.
import { WorkloadIdentityCredential } from '@azure/identity';

try {
  const credential = new WorkloadIdentityCredential({ disableInstanceDiscovery: true });
  console.log((await credential.getToken('https://vault.azure.net/.default')).token);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
