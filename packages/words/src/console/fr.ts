// The texts of the operators' console in French, in the order of the English ones.
// `{name}` is replaced.
import type { ConsoleMessages } from './en.ts';

export const consoleTexts: ConsoleMessages = {
  // The way in.
  consoleTitle: 'Console',
  consoleText: 'Voir pourquoi une notification n’est pas arrivée, et y remédier.',
  unreachableText: 'Le hub ne répond pas. Vérifiez qu’il fonctionne, puis réessayez.',
  otherAddress: 'La console est à une autre adresse :',
  noClient: 'La console n’a pas encore de client chez {issuer}. Démarrez le hub avec --console-client-id.',
  noOperatorTitle: 'Vous n’êtes pas opérateur',
  noOperatorText: '{name} ne peut pas voir la console. La personne qui gère le hub peut créer un opérateur :',
  noOperatorIssuer:
    '{name} ne peut pas voir la console. Votre service d’identité doit vous donner le rôle Carillon.Admin ou Carillon.Read.',
  signInOther: 'Se connecter autrement',
  toInbox: 'Vers votre boîte',
  sessionOver:
    'Votre connexion a pris fin. Elle dure une heure ; reconnectez-vous pour reprendre où vous étiez.',
  // The shell.
  console: 'Sections de la console',
  menu: 'Menu principal',
  toContent: 'Aller au contenu',
  searchHint: 'Personne, notification ou appareil',
  searchFor: 'Chercher une personne, une notification ou un appareil',
  theme: 'Thème',
  themeSystem: 'Comme le système',
  themeLight: 'Clair',
  themeDark: 'Sombre',
  roleAdmin: 'Peut tout modifier',
  roleRead: 'Lecture seule',
  loading: 'Chargement',
  showMore: 'Afficher plus',
  requestId: 'Pour le journal du hub :',
  typeToConfirm: 'Tapez {word} pour confirmer',
  // What went wrong.
  failedHere: 'Cela n’a pas fonctionné.',
  failedHub: 'Le hub a refusé.',
  unreachableNow: 'Le hub est injoignable. Vérifiez la connexion et réessayez.',
  notAllowed: 'Votre rôle ne le permet pas.',
  notThere: 'Rien ne porte ce nom ou cet identifiant.',
  hubBusy: 'Le hub est occupé. Réessayez dans un instant.',
  // People.
  people: 'Personnes',
  peopleText:
    'Les utilisateurs qui se connectent à ce hub. Ceux d’un autre émetteur se trouvent par la recherche.',
  peopleOther:
    'Les personnes se connectent ailleurs, le hub n’en a donc pas de liste : cherchez un nom ou un identifiant.',
  peopleEmpty: 'Aucun utilisateur',
  peopleEmptyText: 'Créez le premier, ou cherchez une personne de votre émetteur.',
  operator: 'Opérateur',
  disabled: 'Désactivé',
  // The audit.
  audit: 'Journal d’audit',
  auditText: 'Ce qui a été modifié, qui s’est connecté, et quels jetons ont été émis ou refusés.',
  auditEmpty: 'Rien ne correspond',
};
