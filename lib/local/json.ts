import type { HttpAnswer } from '../protocols/protocol.ts';

/** What a stand-in of another service answers. */
export function answerWithJson(status: number, value: object): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}
