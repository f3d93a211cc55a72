// Each file drives one side of the page; all of them share a browser.
import './decide.ts';
import './roles.ts';
import './compare.ts';
import './reach.ts';
import './shut.ts';
import './looks.ts';
