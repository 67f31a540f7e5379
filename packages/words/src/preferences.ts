// The texts of mutes and quiet hours on the inbox page, in all languages: one file, since it is loaded only when somebody opens
// them.
import type { Language } from './languages.ts';

export interface PreferencesMessages {
  readonly title: string;
  readonly close: string;
  readonly mute: string;
  /** {title} */
  readonly muteTitle: string;
  readonly what: string;
  /** {app} */
  readonly wholeApp: string;
  /** {group} */
  readonly onlyGroup: string;
  readonly where: string;
  readonly allDevices: string;
  readonly thisDevice: string;
  readonly otherDevice: string;
  readonly how: string;
  readonly hour: string;
  readonly tomorrow: string;
  readonly forGood: string;
  readonly help: string;
  readonly muted: string;
  readonly nothingMuted: string;
  /** {time} */
  readonly until: string;
  readonly unmute: string;
  readonly quiet: string;
  /** {zone} */
  readonly quietHelp: string;
  readonly isQuiet: string;
  readonly from: string;
  readonly to: string;
  readonly passes: string;
  readonly critical: string;
  readonly timeSensitive: string;
  readonly highPriority: string;
  readonly save: string;
  readonly saved: string;
}

export const preferences: Readonly<Record<Language, PreferencesMessages>> = {
  en: {
    title: 'Mutes and quiet hours',
    close: 'Close',
    mute: 'Mute',
    muteTitle: 'Mute what is like “{title}”',
    what: 'What',
    wholeApp: 'Everything of {app}',
    onlyGroup: 'Only the group {group}',
    where: 'Where',
    allDevices: 'On all devices',
    thisDevice: 'On this device',
    otherDevice: 'On another device',
    how: 'How long',
    hour: 'For an hour',
    tomorrow: 'Until tomorrow',
    forGood: 'For good',
    help: 'It arrives all the same, without a sound and without a message on the screen.',
    muted: 'Muted',
    nothingMuted: 'Nothing is muted. The menu of a notification mutes its app or its group.',
    until: 'until {time}',
    unmute: 'Unmute',
    quiet: 'Quiet hours',
    quietHelp: 'By the clock of {zone}. What arrives then waits in the inbox without a sound.',
    isQuiet: 'Keep quiet every day',
    from: 'From',
    to: 'To',
    passes: 'Rings all the same',
    critical: 'What is critical',
    timeSensitive: 'What is urgent',
    highPriority: 'All of high priority',
    save: 'Save',
    saved: 'Saved, on all devices.',
  },
  de: {
    title: 'Stumm und Ruhezeiten',
    close: 'Schließen',
    mute: 'Stummschalten',
    muteTitle: 'Stummschalten, was ist wie „{title}“',
    what: 'Was',
    wholeApp: 'Alles von {app}',
    onlyGroup: 'Nur die Gruppe {group}',
    where: 'Wo',
    allDevices: 'Auf allen Geräten',
    thisDevice: 'Auf diesem Gerät',
    otherDevice: 'Auf einem anderen Gerät',
    how: 'Wie lange',
    hour: 'Für eine Stunde',
    tomorrow: 'Bis morgen',
    forGood: 'Für immer',
    help: 'Es kommt trotzdem an, ohne Ton und ohne Meldung auf dem Bildschirm.',
    muted: 'Stummgeschaltet',
    nothingMuted: 'Nichts ist stumm. Das Menü einer Benachrichtigung schaltet ihre App oder Gruppe stumm.',
    until: 'bis {time}',
    unmute: 'Wieder melden',
    quiet: 'Ruhezeiten',
    quietHelp: 'Nach der Uhr von {zone}. Was dann ankommt, wartet ohne Ton im Posteingang.',
    isQuiet: 'Jeden Tag Ruhe',
    from: 'Von',
    to: 'Bis',
    passes: 'Meldet sich trotzdem',
    critical: 'Was kritisch ist',
    timeSensitive: 'Was dringend ist',
    highPriority: 'Alles mit hoher Priorität',
    save: 'Speichern',
    saved: 'Gespeichert, auf allen Geräten.',
  },
  fr: {
    title: 'Silence et heures calmes',
    close: 'Fermer',
    mute: 'Mettre en silence',
    muteTitle: 'Mettre en silence ce qui est comme « {title} »',
    what: 'Quoi',
    wholeApp: 'Tout de {app}',
    onlyGroup: 'Seulement le groupe {group}',
    where: 'Où',
    allDevices: 'Sur tous les appareils',
    thisDevice: 'Sur cet appareil',
    otherDevice: 'Sur un autre appareil',
    how: 'Combien de temps',
    hour: 'Pendant une heure',
    tomorrow: 'Jusqu’à demain',
    forGood: 'Pour toujours',
    help: 'Cela arrive quand même, sans son et sans message à l’écran.',
    muted: 'En silence',
    nothingMuted:
      'Rien n’est en silence. Le menu d’une notification met en silence son application ou son groupe.',
    until: 'jusqu’à {time}',
    unmute: 'Réactiver',
    quiet: 'Heures calmes',
    quietHelp: 'À l’heure de {zone}. Ce qui arrive alors attend sans son dans la boîte.',
    isQuiet: 'Calme chaque jour',
    from: 'De',
    to: 'À',
    passes: 'Sonne quand même',
    critical: 'Ce qui est critique',
    timeSensitive: 'Ce qui est urgent',
    highPriority: 'Tout ce qui est prioritaire',
    save: 'Enregistrer',
    saved: 'Enregistré, sur tous les appareils.',
  },
  ja: {
    title: 'ミュートとおやすみ時間',
    close: '閉じる',
    mute: 'ミュート',
    muteTitle: '「{title}」のような通知をミュート',
    what: '対象',
    wholeApp: '{app} のすべて',
    onlyGroup: 'グループ {group} のみ',
    where: '場所',
    allDevices: 'すべてのデバイス',
    thisDevice: 'このデバイス',
    otherDevice: '別のデバイス',
    how: '期間',
    hour: '1 時間',
    tomorrow: '明日まで',
    forGood: 'ずっと',
    help: '通知は届きますが、音も画面の表示もありません。',
    muted: 'ミュート中',
    nothingMuted: 'ミュート中のものはありません。通知のメニューからアプリやグループをミュートできます。',
    until: '{time} まで',
    unmute: 'ミュートを解除',
    quiet: 'おやすみ時間',
    quietHelp: '{zone} の時刻です。その間に届いたものは音を出さずに受信箱に入ります。',
    isQuiet: '毎日静かにする',
    from: '開始',
    to: '終了',
    passes: 'それでも鳴らすもの',
    critical: '重大なもの',
    timeSensitive: '急ぎのもの',
    highPriority: '優先度の高いものすべて',
    save: '保存',
    saved: 'すべてのデバイスに保存しました。',
  },
  ar: {
    title: 'الكتم وساعات الهدوء',
    close: 'إغلاق',
    mute: 'كتم',
    muteTitle: 'كتم ما يشبه «{title}»',
    what: 'ماذا',
    wholeApp: 'كل ما يأتي من {app}',
    onlyGroup: 'المجموعة {group} فقط',
    where: 'أين',
    allDevices: 'على كل الأجهزة',
    thisDevice: 'على هذا الجهاز',
    otherDevice: 'على جهاز آخر',
    how: 'إلى متى',
    hour: 'لمدة ساعة',
    tomorrow: 'حتى الغد',
    forGood: 'دائمًا',
    help: 'يصل كالمعتاد، بلا صوت وبلا رسالة على الشاشة.',
    muted: 'المكتوم',
    nothingMuted: 'لا شيء مكتوم. قائمة الإشعار تكتم تطبيقه أو مجموعته.',
    until: 'حتى {time}',
    unmute: 'إلغاء الكتم',
    quiet: 'ساعات الهدوء',
    quietHelp: 'بتوقيت {zone}. ما يصل حينها ينتظر في صندوق الوارد بلا صوت.',
    isQuiet: 'هدوء كل يوم',
    from: 'من',
    to: 'إلى',
    passes: 'يرن رغم ذلك',
    critical: 'ما هو حرج',
    timeSensitive: 'ما هو عاجل',
    highPriority: 'كل ما له أولوية عالية',
    save: 'حفظ',
    saved: 'حُفظ على كل الأجهزة.',
  },
};
