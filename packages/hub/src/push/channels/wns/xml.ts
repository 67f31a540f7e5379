// Text into XML 1.0, safely: what is markup is escaped, and the characters that XML can't hold in any form (control
// characters, non-characters) are left out, since a single one would make the device drop the whole toast.
// https://www.w3.org/TR/xml/#charsets

const notInXml = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const special = /[&<>"\t\n\r]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

export function xmlText(text: string): string {
  return text.replace(notInXml, '').replace(/[&<>\r]/g, entityOf);
}

/** For a value in double quotes; a parser would turn bare line ends and tabs into spaces. */
export function xmlAttribute(text: string): string {
  return text.replace(notInXml, '').replace(special, entityOf);
}

function entityOf(character: string): string {
  return entities[character] ?? character;
}
