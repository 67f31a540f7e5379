// The languages of the component beside English.
// A page that loads its language itself imports the entry without them.
import { inbox as ar } from '@carillon/words/ar';
import { inbox as de } from '@carillon/words/de';
import { inbox as fr } from '@carillon/words/fr';
import { inbox as ja } from '@carillon/words/ja';
import { setLocale } from './locales.ts';

for (const [tag, messages] of Object.entries({ ar, de, fr, ja })) setLocale(tag, messages);
