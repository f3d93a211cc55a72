import type { AwsSetting } from '../aws/call.ts';
import { findRegionalEndpoint } from '../aws/endpoint.ts';
import type { Poster } from '../http/post.ts';

/**
 * Opens connections to services of AWS that will be asked, for the start of a function of AWS Lambda, which has a whole CPU
 * then and for all that follows a share of one: to load TLS and to shake hands takes some 15 ms of it. Nothing is asked, and where
 * one cannot be had, whoever asks first finds out.
 */
export async function connectAhead(
  { post, region, endpoint }: Pick<AwsSetting, 'region' | 'endpoint'> & { readonly post: Poster },
  services: readonly string[],
): Promise<void> {
  const places = new Set(services.map(name => endpoint ?? findRegionalEndpoint(name, region)));
  await Promise.all([...places].map(place => openQuietly(post, place)));
}

async function openQuietly(post: Poster, place: string): Promise<void> {
  try {
    await post.open(new URL(place));
  } catch {
    // An address that is none is told by whoever asks there.
  }
}
