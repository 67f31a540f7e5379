// The texts of the operators' console in German, in the order of the English ones.
// `{name}` is replaced.
import type { ConsoleMessages } from './en.ts';

export const consoleTexts: ConsoleMessages = {
  // The way in.
  consoleTitle: 'Konsole',
  consoleText: 'Sehen, warum eine Benachrichtigung nicht ankam, und es beheben.',
  unreachableText: 'Der Hub antwortet nicht. Prüfen Sie, ob er läuft, und versuchen Sie es noch einmal.',
  otherAddress: 'Die Konsole hat eine andere Adresse:',
  noClient: 'Die Konsole hat bei {issuer} noch keinen Client. Starten Sie den Hub mit --console-client-id.',
  noOperatorTitle: 'Sie gehören nicht zum Betrieb',
  noOperatorText:
    '{name} darf die Konsole nicht sehen. Wer den Hub betreibt, legt mit diesem Befehl jemanden dafür an:',
  noOperatorIssuer:
    '{name} darf die Konsole nicht sehen. Ihr Anmeldedienst muss Ihnen die Rolle Carillon.Admin oder Carillon.Read geben.',
  signInOther: 'Anders anmelden',
  toInbox: 'Zum Posteingang',
  sessionOver:
    'Ihre Anmeldung ist abgelaufen. Sie gilt eine Stunde; melden Sie sich wieder an, es geht an derselben Stelle weiter.',
  // The shell.
  console: 'Bereiche der Konsole',
  menu: 'Menü',
  toContent: 'Zum Inhalt springen',
  searchHint: 'Person, Benachrichtigung oder Gerät',
  searchFor: 'Person, Benachrichtigung oder Gerät suchen',
  theme: 'Farben',
  themeSystem: 'Wie das System',
  themeLight: 'Hell',
  themeDark: 'Dunkel',
  roleAdmin: 'Darf alles ändern',
  roleRead: 'Darf nur lesen',
  loading: 'Wird geladen',
  showMore: 'Mehr zeigen',
  requestId: 'Fürs Protokoll des Hubs:',
  typeToConfirm: 'Zur Bestätigung {word} eingeben',
  // What went wrong.
  failedHere: 'Das hat nicht geklappt.',
  failedHub: 'Der Hub hat das abgelehnt.',
  unreachableNow: 'Der Hub ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
  notAllowed: 'Ihre Rolle erlaubt das nicht.',
  notThere: 'Unter diesem Namen oder dieser ID gibt es nichts.',
  hubBusy: 'Der Hub ist ausgelastet. Versuchen Sie es gleich noch einmal.',
  // People.
  people: 'Personen',
  peopleText: 'Wer sich an diesem Hub anmeldet. Personen anderer Anmeldedienste findet die Suche.',
  peopleOther:
    'Personen melden sich woanders an, darum hat der Hub keine Liste: Suchen Sie nach Name oder ID.',
  peopleEmpty: 'Noch niemand da',
  peopleEmptyText: 'Legen Sie die erste Person an, oder suchen Sie jemanden Ihres Anmeldedienstes.',
  operator: 'Betrieb',
  disabled: 'Gesperrt',
  // The audit.
  audit: 'Protokoll',
  auditText:
    'Was geändert wurde, wer sich angemeldet hat, und welche Tokens ausgestellt oder abgelehnt wurden.',
  auditEmpty: 'Nichts passt dazu',
};
