import { openData } from './held.ts';
import { openPage } from './view/page.ts';

export { answerQuestion } from './answer.ts';
export { compileRoleText, openData } from './held.ts';

// Where there is no document, these bytes are the engine alone: a test holds it against decide.
if ('document' in globalThis) {
  const data = document.getElementById('configuration')?.textContent ?? '';
  openPage(openData(JSON.parse(data)), () => Date.now() / 1000);
}
