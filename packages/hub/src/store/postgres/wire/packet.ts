// The messages of a round trip, written one after another into the one buffer that a connection keeps for them
// (https://www.postgresql.org/docs/current/protocol-message-formats.html). A column of many rows goes straight into it as
// an array in its binary form, for `unnest`: nothing is escaped and nothing parsed, a content of 4 KiB is copied as it
// is. The form is that of array_send: dimensions, element type, then each element with its length.

export type ElementType = 'boolean' | 'smallint' | 'integer' | 'bigint' | 'text' | 'uuid';
/** A uuid is given as its 16 bytes. */
export type Element = number | boolean | string | Uint8Array | null;

/** One value of every row. */
export interface Elements {
  readonly type: ElementType;
  readonly of: (noun: never) => Element;
  readonly nouns: readonly unknown[];
}

/** Bytes are a value in its binary form. */
export type Parameter = Elements | Buffer | string | number | boolean | null;

/** From pg_type: these never change. */
const typeOids: Record<ElementType, number> = {
  boolean: 16,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  uuid: 2950,
};
const code = { bind: 0x42, close: 0x43, describe: 0x44, execute: 0x45, parse: 0x50, sync: 0x53 };
const ofStatement = 0x53;
const ofPortal = 0x50;
const firstBytes = 64 * 1024;
/** What a connection keeps of a buffer that grew. */
const keptBytes = 1024 * 1024;
const utf8Max = 3; // bytes of one unit of a string

export class Packet {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #at = 0;

  /** The buffer is used again once the server has answered what is in it. */
  begin(): void {
    this.#at = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  prepare(name: string, text: string): void {
    // It may be there from a packet that failed before its answer; to close what is not there is no error.
    const closing = this.#open(code.close);
    this.#uint8(ofStatement);
    this.#cstring(name);
    this.#end(closing);
    const parsing = this.#open(code.parse);
    this.#cstring(name);
    this.#cstring(text);
    this.#int16(0);
    this.#end(parsing);
  }

  run(name: string, values: readonly Parameter[], describe: boolean): void {
    const binding = this.#open(code.bind);
    this.#cstring('');
    this.#cstring(name);
    this.#int16(values.length);
    for (const value of values) this.#int16(isBinary(value) ? 1 : 0);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0);
    this.#end(binding);
    if (describe) {
      const describing = this.#open(code.describe);
      this.#uint8(ofPortal);
      this.#cstring('');
      this.#end(describing);
    }
    const executing = this.#open(code.execute);
    this.#cstring('');
    this.#int32(0);
    this.#end(executing);
  }

  sync(): void {
    this.#end(this.#open(code.sync));
  }

  #open(message: number): number {
    this.#uint8(message);
    this.#at += 4;
    return this.#at - 4;
  }

  #end(start: number): void {
    this.#bytes.writeInt32BE(this.#at - start, start);
  }

  #value(value: Parameter): void {
    if (value === null) {
      this.#int32(-1);
      return;
    }
    this.#reserve(4);
    const start = this.#at;
    this.#at += 4;
    if (value instanceof Uint8Array) this.#put(value);
    else if (isBinary(value)) this.#elements(value);
    else this.#text(String(value));
    this.#bytes.writeInt32BE(this.#at - start - 4, start);
  }

  #elements({ type, of, nouns }: Elements): void {
    this.#int32(nouns.length === 0 ? 0 : 1);
    const flags = this.#at;
    this.#int32(0);
    this.#int32(typeOids[type]);
    if (nouns.length === 0) return;
    this.#int32(nouns.length);
    this.#int32(1);
    let hasNull = false;
    for (const noun of nouns) {
      const element = of(noun as never);
      if (element === null) {
        hasNull = true;
        this.#int32(-1);
      } else this.#element(type, element);
    }
    if (hasNull) this.#bytes.writeInt32BE(1, flags);
  }

  #element(type: ElementType, value: Exclude<Element, null>): void {
    this.#reserve(20);
    switch (type) {
      case 'boolean':
        this.#int32(1);
        this.#uint8(value ? 1 : 0);
        break;
      case 'smallint':
        this.#int32(2);
        this.#int16(whole(value as number));
        break;
      case 'integer':
        this.#int32(4);
        this.#int32(whole(value as number));
        break;
      case 'bigint':
        this.#int32(8);
        this.#bigint(whole(value as number));
        break;
      case 'text': {
        const start = this.#at;
        this.#at += 4;
        this.#text(value as string);
        this.#bytes.writeInt32BE(this.#at - start - 4, start);
        break;
      }
      case 'uuid':
        this.#int32(16);
        this.#put(value as Uint8Array);
    }
  }

  /** In two halves: a BigInt would be made for each. */
  #bigint(value: number): void {
    this.#int32(Math.floor(value / 2 ** 32));
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32BE(value >>> 0, this.#at);
  }

  #text(text: string): void {
    this.#reserve(text.length * utf8Max);
    this.#at += this.#bytes.write(text, this.#at);
  }

  #put(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #cstring(text: string): void {
    this.#text(text);
    this.#uint8(0);
  }

  #uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  #reserve(size: number): void {
    if (this.#at + size + 4 <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + size + 4));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function isBinary(value: Parameter): value is Buffer | Elements {
  return typeof value === 'object' && value !== null;
}

function whole(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError(`${value} is not a whole number.`);
  return value;
}
