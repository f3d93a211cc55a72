import { suggestWord } from './nearest.ts';
import { describeTree, type Place, type Tree } from './tree.ts';

/** So many names at most are listed where none is near. */
const MAX_LISTED = 12;

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

/** The thing that a complaint is about: a place itself, or what stands at one. */
export type Located = Place | Tree | { readonly place: Place };

/**
 * Complains of one place. Each method gives undefined, so that who has nothing to give complains in its place. The
 * kinds of complaints that recur have a method, so that their words stand once; all others are said in full.
 */
export class ComplaintsAt {
  readonly #complaints: Complaints;
  readonly #where: Located;

  constructor(complaints: Complaints, where: Located) {
    this.#complaints = complaints;
    this.#where = where;
  }

  say(rule: Rule, message: string): undefined {
    const place = 'place' in this.#where ? this.#where.place : this.#where;
    this.#complaints.add({ rule, place, message });
  }

  /** `hint` begins with a space, here and below. */
  wrongType(expected: string, hint = ''): undefined {
    const found = 'kind' in this.#where ? `, found ${describeTree(this.#where)}` : '';
    return this.say('wrong-type', `Expected ${expected}${found}.${hint}`);
  }

  wrongValue(message: string): undefined {
    return this.say('wrong-value', message);
  }

  /** Of a value whose type is right. */
  unexpected(expected: string, hint = ''): undefined {
    return this.wrongValue(`Expected ${expected}.${hint}`);
  }

  missingKey(key: string, where = 'in this mapping'): undefined {
    return this.say('missing-key', `"${key}" is required ${where}.`);
  }

  /** `what` completes the sentence "… is not …". */
  unknownKey(key: string, known: readonly string[], what = 'a key here'): undefined {
    const hint =
      suggestWord(key, known) || (known.length > MAX_LISTED ? '' : ` There are ${known.join(', ')}.`);
    return this.say('unknown-key', `"${key}" is not ${what}.${hint}`);
  }

  /** A name that leads nowhere: `says` stands before it, `hint` after what may have been meant. */
  unknownName(rule: Rule, says: string, name: string, known: Iterable<string>, hint = ''): undefined {
    return this.say(rule, `${says} "${name}".${suggestWord(name, known)}${hint}`);
  }

  /** `says` completes the sentence "Two …". */
  repeated(rule: Rule, says: string, name: string): undefined {
    return this.say(rule, `Two ${says} "${name}".`);
  }

  tooMany(what: string, most: number): undefined {
    return this.say('too-many', `${what}; at most ${most} are allowed.`);
  }
}

/** Collects complaints, so that a reader gets all of them at once and not the first alone. */
export class Complaints {
  readonly #all: Complaint[] = [];

  get all(): readonly Complaint[] {
    return this.#all;
  }

  add(complaint: Complaint): void {
    this.#all.push(complaint);
  }

  at(where: Located): ComplaintsAt {
    return new ComplaintsAt(this, where);
  }
}

function escapeInvisible(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * `file:line:column  rule  message`, the one text that lint, start and packaging print. Always one line:
 * a message may hold text of the file, and a line of a build log can be a command to whoever runs it.
 */
export function writeComplaint(complaint: Omit<Complaint, 'rule'> & { rule: string }): string {
  const { rule, place, message } = complaint;
  return `${place.file}:${place.line}:${place.column}  ${rule}  ${message}`.replace(
    /\p{Cc}/gu,
    escapeInvisible,
  );
}
