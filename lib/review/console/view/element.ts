type Attributes = { readonly [name: string]: string | undefined };
export type Child = Node | string | undefined;

/** A new element. Texts become text nodes, never markup: the page has no way to write HTML. */
export function createElement<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(attribute, value);
  made.append(...children.filter(child => child !== undefined));
  return made;
}

/** An element of the page by its id. */
export function findPart<Part extends HTMLElement = HTMLElement>(id: string): Part {
  return document.getElementById(id) as Part;
}

/** Puts a text where it is not already: a reader of the screen hears of changes alone. */
export function showText(id: string, text: string): void {
  const place = findPart(id);
  if (place.textContent !== text) place.textContent = text;
}

export function createButton(text: string, does: () => void): HTMLButtonElement {
  const made = createElement('button', { type: 'button' }, text);
  made.addEventListener('click', does);
  return made;
}

/** A button that reads like a link: it leads somewhere within the page. */
export function createStep(text: string, does: () => void): HTMLButtonElement {
  const made = createButton(text, does);
  made.className = 'step';
  return made;
}
