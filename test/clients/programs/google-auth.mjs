// Prints the access token that Google's library gets for the application default credentials.
import { GoogleAuth } from 'google-auth-library';

try {
  const scopes = 'https://www.googleapis.com/auth/cloud-platform';
  console.log(await new GoogleAuth({ scopes }).getAccessToken());
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
