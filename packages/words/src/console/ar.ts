// The texts of the operators' console in Arabic, in the order of the English ones.
// `{name}` is replaced.
import type { ConsoleMessages } from './en.ts';

export const consoleTexts: ConsoleMessages = {
  // The way in.
  consoleTitle: 'وحدة التحكم',
  consoleText: 'اعرف لماذا لم يصل إشعار، وأصلح السبب.',
  unreachableText: 'المركز لا يستجيب. تحقق من أنه يعمل ثم أعد المحاولة.',
  otherAddress: 'وحدة التحكم في عنوان آخر:',
  noClient: 'ليس لوحدة التحكم عميل لدى {issuer} بعد. شغّل المركز مع ‎--console-client-id.',
  noOperatorTitle: 'لست مشغّلًا',
  noOperatorText: 'لا يمكن لـ {name} رؤية وحدة التحكم. يمكن لمن يدير المركز إنشاء مشغّل:',
  noOperatorIssuer:
    'لا يمكن لـ {name} رؤية وحدة التحكم. يجب أن تمنحك خدمة الهوية الدور Carillon.Admin أو Carillon.Read.',
  signInOther: 'تسجيل الدخول بحساب آخر',
  toInbox: 'إلى صندوقك',
  sessionOver: 'انتهت جلستك ومدتها ساعة. سجّل الدخول مجددًا لتتابع من حيث كنت.',
  // The shell.
  console: 'أقسام وحدة التحكم',
  menu: 'القائمة',
  toContent: 'انتقل إلى المحتوى',
  searchHint: 'شخص أو إشعار أو جهاز',
  searchFor: 'ابحث عن شخص أو إشعار أو جهاز',
  theme: 'المظهر',
  themeSystem: 'حسب النظام',
  themeLight: 'فاتح',
  themeDark: 'داكن',
  roleAdmin: 'يمكنه تغيير كل شيء',
  roleRead: 'للقراءة فقط',
  loading: 'جارٍ التحميل',
  showMore: 'عرض المزيد',
  requestId: 'لسجل المركز:',
  typeToConfirm: 'اكتب {word} للتأكيد',
  // What went wrong.
  failedHere: 'لم ينجح ذلك.',
  failedHub: 'رفض المركز ذلك.',
  unreachableNow: 'تعذر الوصول إلى المركز. تحقق من الاتصال وأعد المحاولة.',
  notAllowed: 'دورك لا يسمح بذلك.',
  notThere: 'لا يوجد شيء بهذا الاسم أو المعرّف.',
  hubBusy: 'المركز مشغول. أعد المحاولة بعد قليل.',
  // People.
  people: 'الأشخاص',
  peopleText: 'المستخدمون الذين يسجلون الدخول في هذا المركز. أشخاص المُصدرين الآخرين يُعثر عليهم بالبحث.',
  peopleOther: 'يسجل الأشخاص الدخول لدى مُصدر آخر، فلا قائمة بهم هنا: ابحث باسم أو معرّف.',
  peopleEmpty: 'لا مستخدمين بعد',
  peopleEmptyText: 'أنشئ الأول، أو ابحث عن شخص من مُصدرك.',
  operator: 'مشغّل',
  disabled: 'معطّل',
  // The audit.
  audit: 'سجل التدقيق',
  auditText: 'ما الذي تغيّر، ومن سجّل الدخول، وأي رموز صدرت أو رُفضت.',
  auditEmpty: 'لا شيء مطابق',
};
