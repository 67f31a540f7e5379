// The French texts of the page and of the component, as one file that is loaded only where they are shown.
// Those of the hub's sign-in pages stay out of it.
export { inbox, page } from '@carillon/words/fr';
