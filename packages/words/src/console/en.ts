// The texts of the operators' console in English, which the other languages must have all of: their type is made from these.
// `{name}` is replaced.
export const consoleTexts = {
  // The way in.
  consoleTitle: 'Console',
  consoleText: 'See why a notification did not arrive, and put it right.',
  unreachableText: 'The hub does not answer. Check that it runs, then try again.',
  otherAddress: 'The console is at another address:',
  noClient: 'The console has no client at {issuer} yet. Start the hub with --console-client-id.',
  noOperatorTitle: 'You are not an operator',
  noOperatorText: '{name} may not see the console. Whoever runs the hub can make an operator:',
  noOperatorIssuer:
    '{name} may not see the console. Your identity service must give you the role Carillon.Admin or Carillon.Read.',
  signInOther: 'Sign in as someone else',
  toInbox: 'To your inbox',
  sessionOver: 'Your sign-in has ended. It lasts an hour; sign in again to go on where you were.',
  // The shell.
  console: 'Console sections',
  menu: 'Menu',
  toContent: 'Skip to the content',
  searchHint: 'Person, notification or device',
  searchFor: 'Search for a person, a notification or a device',
  theme: 'Theme',
  themeSystem: 'As the system',
  themeLight: 'Light',
  themeDark: 'Dark',
  roleAdmin: 'May change everything',
  roleRead: 'May look only',
  loading: 'Loading',
  showMore: 'Show more',
  requestId: 'For the hub’s log:',
  typeToConfirm: 'Type {word} to confirm',
  // What went wrong.
  failedHere: 'That did not work.',
  failedHub: 'The hub refused that.',
  unreachableNow: 'The hub can’t be reached. Check the connection and try again.',
  notAllowed: 'Your role does not allow that.',
  notThere: 'There is nothing of that name or id.',
  hubBusy: 'The hub is busy. Try again in a moment.',
  // People.
  people: 'People',
  peopleText: 'Users who sign in at this hub. People of another issuer are found by the search.',
  peopleOther:
    'People sign in at another issuer, so the hub has no list of them: search for a name or an id.',
  peopleEmpty: 'No users yet',
  peopleEmptyText: 'Make the first one, or search for a person of your issuer.',
  operator: 'Operator',
  disabled: 'Disabled',
  // The audit.
  audit: 'Audit',
  auditText: 'What operators and commands changed, who signed in, and which tokens were issued or refused.',
  auditEmpty: 'Nothing fits',
};

export type ConsoleMessages = { readonly [Key in keyof typeof consoleTexts]: string };
