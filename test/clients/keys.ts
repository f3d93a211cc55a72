import { defaultProvider } from '@aws-sdk/credential-provider-node';

/** Prints the key's id of what the JavaScript SDK finds by itself, or the reason why it finds nothing. */
try {
  console.log((await defaultProvider()()).accessKeyId);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
