// The German texts of the console, and those of a sign-in that fails, as one file that is loaded only where they are shown.
// The inbox has its own.
export { consoleTexts } from '@carillon/words/console/de';
export { page } from '@carillon/words/de';
