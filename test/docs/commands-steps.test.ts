import { PAGES, runPages } from '../harness/pages.ts';

runPages(PAGES.steps);
