// What kind of picture some bytes are, by how they begin: what a server says of them counts for nothing. None of these can
// hold a script, which SVG can.
// https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm

const kinds = [
  { type: 'image/png', isSo: (bytes: Buffer) => begins(bytes, '\x89PNG\r\n\x1a\n') },
  { type: 'image/jpeg', isSo: (bytes: Buffer) => begins(bytes, '\xff\xd8\xff') },
  { type: 'image/gif', isSo: (bytes: Buffer) => begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a') },
  { type: 'image/webp', isSo: (bytes: Buffer) => begins(bytes, 'RIFF') && begins(bytes, 'WEBPVP', 8) },
  {
    type: 'image/avif',
    isSo: (bytes: Buffer) => begins(bytes, 'ftypavif', 4) || begins(bytes, 'ftypavis', 4),
  },
] as const;

export type PictureType = (typeof kinds)[number]['type'];

/** Null for anything else. */
export function pictureTypeOf(bytes: Buffer): PictureType | null {
  return kinds.find(({ isSo }) => isSo(bytes))?.type ?? null;
}

function begins(bytes: Buffer, start: string, at = 0): boolean {
  return bytes.toString('latin1', at, at + start.length) === start;
}
