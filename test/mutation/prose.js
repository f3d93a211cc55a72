/** The methods of `complaints.at(…)`, whose arguments are words, but for the rule that comes first in some. */
const COMPLAINTS = ['wrongType', 'wrongValue', 'unexpected', 'missingKey', 'unknownKey', 'tooMany'];
const WITH_RULE = ['say', 'unknownName', 'repeated'];
const ERRORS = ['KeySetError', 'JsonError', 'malformed'];
/** What these are called, in every file, is the wording of a message or a part of it. */
const WORDINGS = ['said', 'says', 'hint', 'quoteHint', 'firstLine'];
const FOR_THE_LOG = ['detail', 'cause'];
const TWO_WORDS = /[A-Za-z]\s+[A-Za-z]/;

const textOf = ({ type, value, quasis }) => {
  if (type === 'StringLiteral') return value;
  return type === 'TemplateLiteral' ? quasis.map(each => each.value.cooked).join(' ') : '';
};

/** `complaints.at(place).say(rule, message)`: tests assert the rule and the place, never the message. */
const isMessage = ({ node, parent, listKey }) => {
  if (listKey !== 'arguments') return false;
  const { name, property } = parent.callee;
  if (ERRORS.includes(name) || COMPLAINTS.includes(property?.name)) return true;
  return WITH_RULE.includes(property?.name) && parent.arguments.indexOf(node) > 0;
};

const isWording = ({ node: { type, id, init } }) =>
  type === 'VariableDeclarator' &&
  (WORDINGS.includes(id.name) || (id.name === 'found' && init?.type === 'ArrowFunctionExpression'));

/** `{ detail, cause }` beside a code goes to the log alone. */
const isDetail = ({ node: { type, properties } }) =>
  type === 'ObjectExpression' &&
  properties.length > 0 &&
  properties.every(({ key }) => FOR_THE_LOG.includes(key?.name));

/** Words for people are not asserted (see README.md), so a mutant of them says nothing. */
const shouldIgnore = path =>
  TWO_WORDS.test(textOf(path.node)) || isMessage(path) || isWording(path) || isDetail(path)
    ? 'words for people'
    : undefined;

export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: { shouldIgnore } }];
