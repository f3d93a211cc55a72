import type { Claims } from '../../policy/claims.ts';
import { JsonError, readStrictJson } from '../../token/json.ts';

/** A request as an audit event has it: enough to decide it again. */
export type AuditedRequest = {
  readonly role: string;
  /** None where the token was refused before its claims were believed. */
  readonly claims: Claims;
  readonly sourceAddress: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly seconds: number | undefined;
  /** The decision of the broker then, such as `denied trust_not_met 2026-11-21T22:19:44.005Z`. */
  readonly happened: string;
};

type Members = { readonly [member: string]: unknown };

function isEventMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEventMember(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readRequested(value: unknown): Pick<AuditedRequest, 'scopes' | 'seconds'> {
  const { scopes, seconds } = isEventMembers(value) ? value : {};
  return {
    scopes: Array.isArray(scopes) && scopes.every(each => typeof each === 'string') ? scopes : undefined,
    seconds: typeof seconds === 'number' ? seconds : undefined,
  };
}

/** Reads an audit event of an exchange (docs/reference/audit.md); undefined where the text is none. */
export function readAuditedRequest(text: string): AuditedRequest | undefined {
  try {
    const event = readStrictJson(text);
    if (!isEventMembers(event) || event['event'] !== 'exchange') return undefined;
    return {
      role: readEventMember(event['role']) ?? '',
      claims: isEventMembers(event['claims']) ? (event['claims'] as Claims) : {},
      sourceAddress: readEventMember(event['source_address']),
      ...readRequested(event['requested']),
      happened: [event['outcome'], event['code'], event['time']]
        .map(readEventMember)
        .filter(Boolean)
        .join(' '),
    };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
