import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension, type Text } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Place } from '../../../language/tree.ts';
import type { Completions } from '../complete.ts';

/** A mark in the text, at its place. */
export type EditorMark = {
  readonly place: Place;
  readonly severity: 'error' | 'warning' | 'info';
  readonly rule: string;
  readonly message: string;
};

/** The field of a role file. */
export type Editor = {
  readonly read: () => string;
  /** Opens another text; what was typed before cannot be undone into it. */
  readonly open: (text: string, label: string) => void;
  readonly mark: (marks: readonly EditorMark[]) => void;
  readonly goTo: (place: Place) => void;
};

export type EditorOptions = {
  readonly changed: () => void;
  readonly complete: (text: string, offset: number) => Completions;
};

// Colours are those of the page: its properties are inherited into the shadow tree.
const LOOK = EditorView.theme({
  '&': {
    fontSize: '0.8125rem',
    color: 'var(--ink)',
    backgroundColor: 'var(--card)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--code)', lineHeight: '1.6', minHeight: '22rem', maxHeight: '70vh' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.5rem 0' },
  '.cm-gutters': {
    color: 'var(--quiet)',
    backgroundColor: 'var(--card)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'var(--line-soft)' },
  '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': {
    color: 'inherit',
    backgroundColor: 'var(--doubt-soft)',
    outline: '1px solid var(--edge)',
  },
  '.cm-tooltip': {
    color: 'var(--ink)',
    backgroundColor: 'var(--card)',
    border: '1px solid var(--edge)',
    borderRadius: '0.375rem',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--code)', maxHeight: '16rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.1875rem 0.5rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { color: 'var(--paper)', background: 'var(--accent)' },
  '.cm-completionMatchedText': { fontWeight: '700', textDecoration: 'none' },
  '.cm-completionDetail': { marginLeft: '1rem', color: 'inherit', fontStyle: 'normal' },
  '.cm-diagnostic': { padding: '0.375rem 0.625rem', fontFamily: 'inherit', maxWidth: '36rem' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--no)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--doubt)' },
  '.cm-diagnostic-info': { borderLeft: '4px solid var(--accent)' },
  '.cm-lintRange-error, .cm-lintRange-warning, .cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy 1px',
    textUnderlineOffset: '0.2em',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--no)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--doubt)' },
  '.cm-lintRange-info': { textDecorationColor: 'var(--accent)' },
  '.cm-lint-marker': { width: '0.5rem', height: '0.5rem', margin: '0.4em auto', borderRadius: '50%' },
  '.cm-lint-marker-error': { content: '""', background: 'var(--no)' },
  '.cm-lint-marker-warning': { content: '""', background: 'var(--doubt)' },
  '.cm-lint-marker-info': { content: '""', background: 'var(--accent)' },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content, tags.attributeValue], color: 'var(--ink)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
  {
    tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta],
    color: 'var(--quiet)',
  },
]);

function findOffset(text: Text, place: Place): number {
  const line = text.line(Math.min(Math.max(place.line, 1), text.lines));
  return Math.min(line.from + place.column - 1, line.to);
}

/** The rest of the word at its place, or all of its line where that is empty. */
function createDiagnostic(text: Text, mark: EditorMark): Diagnostic {
  const { place, severity, rule, message } = mark;
  const from = findOffset(text, place);
  const line = text.lineAt(from);
  const word = /^[^\s:,{}[\]]+/.exec(text.sliceString(from, line.to))?.[0] ?? '';
  return { from, to: from + word.length, severity, source: rule, message };
}

function createCompletionSource(complete: EditorOptions['complete']) {
  return ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const { from, words } = complete(state.doc.toString(), pos);
    if (words.length === 0 || (from === pos && !explicit)) return null;
    return {
      from,
      validFor: /^[\w.:/-]*$/,
      options: words.map(({ word, detail, key }) => ({
        label: word,
        detail,
        type: key ? 'property' : 'constant',
        apply: key ? `${word}: ` : word,
      })),
    };
  };
}

function createExtensions(label: string, options: EditorOptions): Extension[] {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    yaml(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    syntaxHighlighting(COLOURS),
    autocompletion({ override: [createCompletionSource(options.complete)], icons: false }),
    // Tab is left to the page: whoever has no mouse must get out of the field again.
    keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    EditorView.updateListener.of(({ docChanged }) => docChanged && options.changed()),
    LOOK,
  ];
}

/**
 * Puts an editor into this element. It lives in a shadow tree, where CodeMirror's styles are constructed sheets: they
 * need no word in the page's content security policy, which lets no style element in.
 */
export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.attachShadow({ mode: 'open', delegatesFocus: true });
  const view = new EditorView({ parent: root, root });
  return {
    read: () => view.state.doc.toString(),
    open(text, label) {
      view.setState(EditorState.create({ doc: text, extensions: createExtensions(label, options) }));
    },
    mark(marks) {
      host.dataset['faulty'] = String(marks.some(({ severity }) => severity === 'error'));
      const diagnostics = marks.map(each => createDiagnostic(view.state.doc, each));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goTo(place) {
      view.focus();
      const anchor = findOffset(view.state.doc, place);
      view.dispatch({ selection: { anchor }, scrollIntoView: true });
    },
  };
}
