import DefaultTheme from 'vitepress/theme';
import { onMounted } from 'vue';
import './style.css';

/** The key of the search is drawn by the style: as text it would be a part of the button's name, which says "Search". */
function drawSearchKey(): void {
  for (const key of document.querySelectorAll<HTMLElement>('.DocSearch-Button-Key')) {
    if (!key.textContent) continue;
    key.dataset['key'] = key.textContent;
    key.textContent = '';
  }
}

export default { extends: DefaultTheme, setup: (): void => void onMounted(drawSearchKey) };
