// The page's entry: it shows the page in the operator's language and theme.
// start.ts does the rest.
import { showLanguage } from './language.ts';
import { ConsolePage } from './shell/console-page.ts';
import { start } from './start.ts';
import { showTheme } from './theme.ts';

showTheme();
const page = document.querySelector('carillon-console');
if (page instanceof ConsolePage) void showLanguage().then(() => start(page));
