// CSS that the oldest supported browsers lack (Safari 16.4, Chrome 105, Firefox 115), and what of it a style sheet uses where no
// browser was asked. A declaration with var() counts as valid when it is read, and its fallback before it is lost: so
// newer values stand behind @supports, with plain ones outside.

const newer: readonly RegExp[] = [
  /\blight-dark\(/,
  /\boklch\(/,
  /\bcolor-mix\(/,
  // Colours made from another one.
  /\b(?:rgb|hsl|oklab)\(from /,
  /:dir\(/,
  /:has\(/,
  /\banchor\(|\bposition-anchor:/,
  /\d[dls]v[hwbi]\b/,
];

export function newerCssIn(css: string): string[] {
  const plain = withoutSupports(css.replaceAll(/\/\*[\s\S]*?\*\//g, ''));
  return newer.map((each) => each.exec(plain)?.[0]).filter((each) => each !== undefined);
}

/** As a browser reads it that has none of that: the same words, unknown to any. */
export function asReadByOldBrowsers(css: string): string {
  return css
    .replaceAll(/\b(light-dark|oklch|color-mix)\(/g, 'no-$1(')
    .replaceAll(/:(dir|has)\(/g, ':no-$1(')
    .replaceAll(':popover-open', ':no-popover-open');
}

/** Without the blocks that only a browser reads which has what they ask for, and with those for who lacks it. */
function withoutSupports(css: string): string {
  let rest = css;
  for (;;) {
    const found = /@supports (?:not )?(?:selector)?\(/.exec(rest);
    if (!found) return rest;
    let end = rest.indexOf('{', found.index) + 1;
    for (let depth = 1; depth > 0 && end < rest.length; end += 1)
      depth += rest[end] === '{' ? 1 : rest[end] === '}' ? -1 : 0;
    rest = rest.slice(0, found.index) + rest.slice(end);
  }
}
