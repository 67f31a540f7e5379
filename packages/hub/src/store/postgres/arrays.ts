// Columns of many rows as PostgreSQL arrays in their binary form, for `unnest`: nothing is escaped and nothing parsed, a
// content of 4 KiB is copied as it is. The format is that of array_send: dimensions, element type, then each element
// with its length (https://www.postgresql.org/docs/current/protocol-overview.html, "Formats and Format Codes").

export type ElementType = 'boolean' | 'smallint' | 'integer' | 'bigint' | 'text' | 'uuid';
/** A uuid is given as its 16 bytes. */
export type Element = number | boolean | string | Uint8Array | null;

/** From pg_type: these never change. */
const typeOids: Record<ElementType, number> = {
  boolean: 16,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  uuid: 2950,
};
const fixedSizes: Partial<Record<ElementType, number>> = {
  boolean: 1,
  smallint: 2,
  integer: 4,
  bigint: 8,
  uuid: 16,
};
const headerBytes = 20;

/** Throws a RangeError when a number is not one of its type. */
export function encodeArray(type: ElementType, elements: readonly Element[]): Buffer {
  if (elements.length === 0) return emptyArray(type);
  const fixed = fixedSizes[type];
  let size = headerBytes;
  for (const element of elements) {
    size += 4 + (element === null ? 0 : (fixed ?? Buffer.byteLength(element as string)));
  }
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(typeOids[type], 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = headerBytes;
  for (const element of elements) at = writeElement(array, at, type, element);
  return array;
}

function emptyArray(type: ElementType): Buffer {
  const array = Buffer.alloc(12);
  array.writeInt32BE(typeOids[type], 8);
  return array;
}

function writeElement(array: Buffer, at: number, type: ElementType, element: Element): number {
  if (element === null) return array.writeInt32BE(-1, at);
  const start = at + 4;
  const end = writeValue(array, start, type, element);
  array.writeInt32BE(end - start, at);
  return end;
}

function writeValue(array: Buffer, at: number, type: ElementType, value: Exclude<Element, null>): number {
  switch (type) {
    case 'boolean':
      return array.writeUInt8(value === true ? 1 : 0, at);
    case 'smallint':
      return array.writeInt16BE(whole(value as number), at);
    case 'integer':
      return array.writeInt32BE(whole(value as number), at);
    case 'bigint':
      return writeBigint(array, at, whole(value as number));
    case 'text':
      return at + array.write(value as string, at);
    case 'uuid':
      array.set(value as Uint8Array, at);
      return at + 16;
  }
}

/** In two halves: a BigInt would be made for each. */
function writeBigint(array: Buffer, at: number, value: number): number {
  array.writeInt32BE(Math.floor(value / 2 ** 32), at);
  return array.writeUInt32BE(value >>> 0, at + 4);
}

function whole(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError(`${value} is not a whole number.`);
  return value;
}
