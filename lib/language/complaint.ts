/** Where in a file something stands. Lines and columns count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

/**
 * The closed list of what `load` refuses and `kite-sts lint` reports. Each has a row in
 * docs/reference/lint.md, and a test holds the two together.
 */
export const RULES = {
  'yaml-syntax': 'The file is not one well-formed YAML or JSON document.',
  'yaml-feature': 'A YAML feature that could read differently to two readers is refused.',
  'text-refused': 'The text is too large, too deep, or holds characters that cannot be seen.',
  'duplicate-key': 'A key stands twice in one mapping.',
  'unknown-key': 'A key is not one that is known here.',
  'missing-key': 'A required key is not there.',
  'wrong-type': 'The value is of another type than expected.',
  'wrong-value': 'The value is outside what is allowed.',
  empty: 'A list or mapping is empty where that would mean everything or nothing.',
  'too-many': 'There are more entries than the limit.',
  'file-name': 'The name of the file is not the name of a role.',
  'duplicate-id': 'Two statements share an id, or two test cases a name.',
  'duplicate-issuer': 'Two rows name the same issuer.',
  'statement-form': 'A statement mixes the flat form and the claims form.',
  'issuer-unknown': 'A statement names an issuer that broker.yml lacks.',
  'issuer-row': 'A row of issuers does not say what is needed to trust it.',
  'binding-missing': 'A trust statement would admit other customers of a shared issuer.',
  'claim-unknown': 'A claim is not one that this issuer sends.',
  'operand-type': 'An operand can never equal what the claim holds.',
  'pattern-refused': 'A pattern uses what is not part of the language.',
  'scopes-refused': 'Scopes stand where they do not belong, or are missing where they are needed.',
  'provider-count': 'A role gets exactly one provider.',
  'team-unclear': 'A role is of no team of teams.yml, or of several.',
  'team-exceeded': 'A role reaches further than its team may.',
  'template-refused': 'A ${…} stands where none may, or is malformed.',
  'template-unbound': 'A ${claim} in a resource is not bound by every trust statement.',
  'audience-shared': 'An audience that other services accept needs a reason beside it.',
  'own-issuer': 'Our own issuer cannot be trusted as one of ours.',
  'demand-refused': 'A demand on the job stands where nothing could tell whether it is met.',
  'setting-unknown': 'A KITE_STS_… variable is not one that is known.',
  'setting-value': 'A setting has a value that it cannot have.',
  'file-missing': 'A file or folder that is needed is not there.',
} as const;

export type Rule = keyof typeof RULES;

/** One thing that is wrong in a configuration: which rule, where, and what to do. */
export type Complaint = { readonly rule: Rule; readonly place: Place; readonly message: string };

/** Collects complaints, so that a reader gets all of them at once and not the first alone. */
export type Complain = (rule: Rule, place: Place, message: string) => void;

/** Passes complaints on and keeps them: what was complained of is not used. */
export function collectComplaints(complainTo: Complain): {
  readonly complain: Complain;
  readonly complaints: Complaint[];
} {
  const complaints: Complaint[] = [];
  const complain: Complain = (rule, place, message) => {
    complaints.push({ rule, place, message });
    complainTo(rule, place, message);
  };
  return { complain, complaints };
}

function escapeInvisible(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * `file:line:column  rule  message`, the one text that lint, start and packaging print. Always one line:
 * a message may hold text of the file, and a line of a build log can be a command to whoever runs it.
 */
export function writeComplaint({ rule, place, message }: Omit<Complaint, 'rule'> & { rule: string }): string {
  return `${place.file}:${place.line}:${place.column}  ${rule}  ${message}`.replace(
    /\p{Cc}/gu,
    escapeInvisible,
  );
}
