// The texts of the operators' console in Japanese, in the order of the English ones.
// `{name}` is replaced.
import type { ConsoleMessages } from './en.ts';

export const consoleTexts: ConsoleMessages = {
  // The way in.
  consoleTitle: 'コンソール',
  consoleText: '通知が届かなかった理由を確かめ、直します。',
  unreachableText: 'ハブが応答しません。動作を確認して、もう一度お試しください。',
  otherAddress: 'コンソールのアドレスは次のとおりです。',
  noClient:
    'コンソールのクライアントが {issuer} にまだありません。--console-client-id を付けてハブを起動してください。',
  noOperatorTitle: '運用者ではありません',
  noOperatorText: '{name} はコンソールを表示できません。ハブの管理者は次のコマンドで運用者を作成できます。',
  noOperatorIssuer:
    '{name} はコンソールを表示できません。ID サービスで Carillon.Admin または Carillon.Read のロールが必要です。',
  signInOther: '別のユーザーでサインイン',
  toInbox: '受信箱へ',
  sessionOver: 'サインインの期限(1 時間)が切れました。もう一度サインインすると続きから始められます。',
  // The shell.
  console: 'コンソールの項目',
  menu: 'メニュー',
  toContent: '本文へ移動',
  searchHint: '人、通知、デバイス',
  searchFor: '人、通知、デバイスを検索',
  theme: 'テーマ',
  themeSystem: 'システムに合わせる',
  themeLight: 'ライト',
  themeDark: 'ダーク',
  roleAdmin: 'すべて変更可',
  roleRead: '閲覧のみ',
  loading: '読み込み中',
  showMore: 'さらに表示',
  requestId: 'ハブのログ用:',
  typeToConfirm: '確認のため {word} と入力',
  // What went wrong.
  failedHere: 'うまくいきませんでした。',
  failedHub: 'ハブが拒否しました。',
  unreachableNow: 'ハブに接続できません。接続を確認してもう一度お試しください。',
  notAllowed: 'このロールでは許可されていません。',
  notThere: 'その名前や ID のものはありません。',
  hubBusy: 'ハブが混み合っています。少し待ってお試しください。',
  // People.
  people: 'ユーザー',
  peopleText: 'このハブにサインインするユーザーです。ほかの発行者のユーザーは検索で見つかります。',
  peopleOther:
    'ユーザーは別の発行者でサインインするため、ハブに一覧はありません。名前か ID で検索してください。',
  peopleEmpty: 'ユーザーはまだいません',
  peopleEmptyText: '最初のユーザーを作成するか、発行者のユーザーを検索してください。',
  operator: '運用者',
  disabled: '無効',
  // The audit.
  audit: '監査',
  auditText: '変更内容、サインイン、発行または拒否されたトークンの記録です。',
  auditEmpty: '該当する記録はありません',
};
