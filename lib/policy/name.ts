/** The name of a role: what a step asks for, and the name of its file (threat T43). */
export const ROLE_NAME = /^[a-z0-9-]{1,64}$/;
