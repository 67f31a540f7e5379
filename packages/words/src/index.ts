// The texts of the product for a person: a catalogue a language, and the choice among them. Four parts show them: the component
// <carillon-inbox>, the inbox page, the console, and the sign-in pages of the hub. It depends on nothing and runs anywhere.
export type { ConsoleMessages } from './console/en.ts';
export { chooseLanguage, directionOf, fill, type Language, languageNames, languages } from './languages.ts';
export type {
  CountMessages,
  InboxMessages,
  PageMessages,
  Plural,
  SignInMessages,
  TextMessages,
} from './messages.ts';
