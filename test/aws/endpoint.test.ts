import { STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { findRegionalEndpoint } from '../../lib/aws/endpoint.ts';

test.each([
  'us-east-1',
  'eu-central-1',
  'ap-southeast-4',
  'il-central-1',
  'mx-central-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eu-isoe-west-1',
  'eusc-de-east-1',
])("D08: in %s it is the one that AWS's own client calls", region => {
  const { endpointProvider } = new STSClient({ region }).config;
  const { url } = endpointProvider({ Region: region, UseGlobalEndpoint: false });
  expect(new URL(findRegionalEndpoint('sts', region)).href).toBe(url.href);
});
