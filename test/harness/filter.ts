type Line = { readonly [member: string]: unknown };
type Test = (line: Line) => boolean;

const TOKEN =
  /\s*(?:(\$\.[\w.]+)|(&&|\|\||[(){}]|!=|>=|<=|[=<>])|"([^"]*)"|(-?\d+(?:\.\d+)?)|([A-Za-z]\w*))/y;
type Token = { readonly kind: 'member' | 'sign' | 'text' | 'number' | 'word'; readonly text: string };

function readTokens(pattern: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(pattern);
    if (!found) throw new Error(`CloudWatch takes no such pattern, from character ${at}: ${pattern}`);
    const kinds = ['member', 'sign', 'text', 'number', 'word'] as const;
    const index = kinds.findIndex((_, which) => found[which + 1] !== undefined);
    tokens.push({ kind: kinds[index] as Token['kind'], text: found[index + 1] ?? '' });
  }
  return tokens;
}

function readMember(line: Line, path: string): unknown {
  return path
    .slice(2)
    .split('.')
    .reduce<unknown>((value, name) => (value as Line | undefined)?.[name], line);
}

/** `*` is any run of characters, at the beginning or the end of a text. */
function isText(value: unknown, written: string): boolean {
  if (typeof value !== 'string') return false;
  const [, before = '', words = '', after = ''] = /^(\*?)(.*?)(\*?)$/s.exec(written) ?? [];
  if (words.includes('*')) throw new Error(`A * within a text is none of CloudWatch's: ${written}`);
  if (before && after) return value.includes(words);
  if (before) return value.endsWith(words);
  return after ? value.startsWith(words) : value === words;
}

/**
 * What a metric filter over lines of JSON counts, as CloudWatch Logs reads its pattern: comparisons of a member with a
 * text or a number, joined by `&&` before `||`, and parentheses. What it does not know it throws, and so it never says
 * yes to what CloudWatch refuses.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function readFilter(pattern: string): (text: string) => boolean {
  const tokens = readTokens(pattern);
  const take = (sign?: string): Token => {
    const next = tokens.shift();
    if (!next || (sign !== undefined && next.text !== sign)) throw new Error(`Expected ${sign}: ${pattern}`);
    return next;
  };
  function readTerm(): Test {
    if (tokens[0]?.text === '(') {
      take('(');
      const inner = readAny();
      take(')');
      return inner;
    }
    const [member, sign, value] = [take(), take(), take()];
    if (member.kind !== 'member' || sign.kind !== 'sign') throw new Error(`No term: ${pattern}`);
    if (value.kind !== 'text') throw new Error(`A value that this reader does not know: ${value.text}`);
    if (sign.text === '=') return line => isText(readMember(line, member.text), value.text);
    throw new Error(`A sign that this reader does not know: ${sign.text}`);
  }
  function readAll(): Test {
    const terms = [readTerm()];
    while (tokens[0]?.text === '&&') {
      take('&&');
      terms.push(readTerm());
    }
    return line => terms.every(holds => holds(line));
  }
  function readAny(): Test {
    const terms = [readAll()];
    while (tokens[0]?.text === '||') {
      take('||');
      terms.push(readAll());
    }
    return line => terms.some(holds => holds(line));
  }
  take('{');
  const whole = readAny();
  take('}');
  if (tokens.length > 0) throw new Error(`More than a pattern: ${pattern}`);
  return text => {
    try {
      const line: unknown = JSON.parse(text);
      return typeof line === 'object' && line !== null && whole(line as Line);
    } catch {
      return false;
    }
  };
}
