import { ANYTHING, type Meanings } from '../meaning.ts';

/** GitHub's refusals by their words; it has no codes. */
export const GITHUB_MEANINGS: Meanings = [
  {
    said: "'Issued at' or 'Expiration time' claim",
    when: /'(Issued at|Expiration time)' claim/i,
    code: 'broker_credentials_unavailable',
    mend: "the broker's clock",
  },
  {
    said: 'repositories that do not exist or are not accessible',
    when: /repositor/i,
    code: 'provider_refused',
    mend: 'in GitHub: each repository of the role must be there, and be one that the installation may use',
  },
  {
    said: 'the permissions requested are not granted',
    when: /permissions? requested/i,
    code: 'provider_refused',
    mend: 'in GitHub: the App needs these permissions, and its owner must accept them',
  },
  {
    said: 'this installation has been suspended',
    when: /suspended/i,
    code: 'provider_refused',
    mend: 'in GitHub: the installation is suspended',
  },
  {
    said: 'Integration not found',
    when: /integration not found/i,
    code: 'provider_refused',
    mend: 'in GitHub: there is no such App: app of the role is its client id',
  },
  {
    said: 'Not Found',
    when: /not found/i,
    code: 'provider_refused',
    mend: 'in GitHub: the App is not installed there: owner or installation of the role',
  },
  {
    said: 'a JSON web token could not be decoded, Bad credentials',
    when: /could not be decoded|bad credentials/i,
    code: 'broker_misconfigured',
    mend: "the key of the app must be one of the GitHub App, and app of the role its client id; else the broker's clock is wrong",
  },
  {
    said: 'anything else that is not of 408, 429 or 5xx',
    when: ANYTHING,
    code: 'provider_refused',
    mend: 'in GitHub: the App of the role and its installation',
  },
];
