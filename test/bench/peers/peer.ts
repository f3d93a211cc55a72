export type Answer = { readonly status: number; readonly body: string };

/** One broker that is measured: the body of a token exchange, and what it says. */
export type Peer = (body: Buffer) => Promise<Answer>;

/** The least that a server does: it answers, and reads nothing. */
export const echo: Peer = async () => ({ status: 200, body: '{}' });
