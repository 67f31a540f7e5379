// The texts of the product for a person: a catalogue a language, and the choice among them. Three parts show them: the component
// <carillon-inbox>, the inbox page, and the hub's sign-in pages. It depends on nothing and runs anywhere.
export { chooseLanguage, directionOf, fill, type Language, languageNames, languages } from './languages.ts';
export type {
  CountMessages,
  InboxMessages,
  PageMessages,
  Plural,
  SignInMessages,
  TextMessages,
} from './messages.ts';
