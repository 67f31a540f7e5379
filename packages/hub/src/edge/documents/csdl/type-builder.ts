// The types of $metadata, from the schemas of bodies and answers. Schemas of one name are one type with the members of all:
// what is only posted (encryptionCertificate) or only answered once (signingSecret) may be null.
import {
  type EnumType,
  type Navigation,
  qualified,
  type StructuredType,
  type TypeReference,
} from './csdl.ts';
import { nameAt } from './names.ts';

/** An answer says what a member is; of a body, what is left out is not null in the answer. */
type Role = 'body' | 'answer';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | null)[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly odataType?: string;
}

interface Member {
  readonly reference: TypeReference;
  readonly role: Role;
}

interface Structure {
  readonly members: Map<string, Member>;
  readonly navigations: Map<string, Navigation>;
  isOpen: boolean;
  isAnswered: boolean;
}

const primitives: Readonly<Record<string, string>> = {
  integer: 'Edm.Int32',
  number: 'Edm.Double',
  boolean: 'Edm.Boolean',
};

export class TypeBuilder {
  readonly #structures = new Map<string, Structure>();
  readonly #enums = new Map<string, readonly string[]>();
  readonly #keys = new Map<string, readonly string[] | null>();

  /** The name of the type that an object is of. */
  define(schema: Schema, place: string, role: Role): string {
    const name = schema.odataType ?? nameAt(place);
    const structure = this.#structureOf(name);
    const isAgain = role === 'answer' && structure.isAnswered;
    if (role === 'answer') structure.isAnswered = true;
    const { required = [], properties } = schema;
    // Members that only another schema knows, such as a push channel's.
    if (!properties) structure.isOpen = true;
    const members = properties ?? Object.fromEntries(required.map((member) => [member, { type: 'string' }]));
    for (const [member, of] of Object.entries(members)) {
      if (member.startsWith('@')) continue;
      const reference = this.reference(of, {
        place: `${name}.${member}`,
        role,
        required: required.includes(member),
      });
      if (reference === null) structure.isOpen = true;
      else addMember(structure, member, { reference, role }, isAgain);
    }
    if (isAgain)
      for (const member of structure.members.keys())
        if (!(member in members)) makeNullable(structure, member);
    return name;
  }

  /** Null for what can be anything. */
  reference(schema: Schema, at: { place: string; role: Role; required: boolean }): TypeReference | null {
    const types = [schema.type ?? []].flat();
    if (types.includes('array')) {
      const item = this.reference(schema.items ?? {}, { ...at, required: true });
      return item === null ? null : { ...item, $Collection: true };
    }
    const nullable = !at.required || types.includes('null') ? { $Nullable: true as const } : {};
    if (schema.enum) return { $Type: qualified(this.#enumOf(schema.enum, at.place)), ...nullable };
    const type = types.find((each) => each !== 'null');
    if (type === 'object') {
      const isMap = !schema.properties && !schema.required;
      return isMap ? null : { $Type: qualified(this.define(schema, at.place, at.role)), ...nullable };
    }
    if (type === 'string') return { ...textOf(schema), ...nullable };
    const primitive = primitives[type ?? ''];
    return primitive === undefined ? null : { $Type: primitive, ...nullable };
  }

  /** Makes it an entity type, whose entities are told apart by these. */
  identify(name: string, keys: readonly string[] | null): void {
    this.#keys.set(name, this.#keys.get(name) ?? keys);
  }

  addNavigation(name: string, member: string, navigation: Navigation): void {
    this.#structureOf(name).navigations.set(member, navigation);
  }

  addProperty(name: string, member: string, reference: TypeReference): void {
    addMember(this.#structureOf(name), member, { reference, role: 'answer' }, false);
  }

  all(): Map<string, EnumType | StructuredType> {
    const enums = [...this.#enums].map(([name, members]): [string, EnumType] => [
      name,
      { $Kind: 'EnumType', members },
    ]);
    const structures = [...this.#structures].map(([name, structure]): [string, StructuredType] => [
      name,
      this.#typeOf(name, structure),
    ]);
    return new Map<string, EnumType | StructuredType>([...enums, ...structures]);
  }

  #typeOf(name: string, { members, navigations, isOpen }: Structure): StructuredType {
    const keys = this.#keys.get(name) ?? null;
    const own = [...members].map(([member, { reference }]): [string, TypeReference] => [member, reference]);
    return {
      $Kind: this.#keys.has(name) ? 'EntityType' : 'ComplexType',
      ...(isOpen ? { $OpenType: true } : {}),
      ...(keys === null ? {} : { $Key: keys }),
      properties: new Map<string, TypeReference | Navigation>([...own, ...navigations]),
    };
  }

  #structureOf(name: string): Structure {
    const known = this.#structures.get(name);
    if (known) return known;
    const made = { members: new Map(), navigations: new Map(), isOpen: false, isAnswered: false };
    this.#structures.set(name, made);
    return made;
  }

  /** The same members are the same enumeration, wherever they are. */
  #enumOf(values: readonly (string | null)[], place: string): string {
    const members = values.filter((value) => value !== null);
    const same = [...this.#enums].find(([, known]) => known.join() === members.join());
    if (same) return same[0];
    const name = nameAt(place);
    if (this.#enums.has(name) || this.#structures.has(name))
      throw new Error(`$metadata has two types of the name "${name}": name "${place}" in csdl/names.ts.`);
    this.#enums.set(name, members);
    return name;
  }
}

function textOf({ format, maxLength }: Schema): TypeReference {
  // Answered with milliseconds.
  if (format === 'date-time') return { $Type: 'Edm.DateTimeOffset', $Precision: 3 };
  return maxLength === undefined ? {} : { $MaxLength: maxLength };
}

function addMember(structure: Structure, name: string, member: Member, isAgain: boolean): void {
  const known = structure.members.get(name);
  if (!known) {
    structure.members.set(name, member);
    if (isAgain || (member.role === 'body' && structure.isAnswered)) makeNullable(structure, name);
    return;
  }
  if (
    known.reference.$Type !== member.reference.$Type ||
    known.reference.$Collection !== member.reference.$Collection
  )
    throw new Error(`"${name}" is of two types in $metadata: name one of them in csdl/names.ts.`);
  const [base, other] = known.role === 'answer' ? [known, member] : [member, known];
  const $MaxLength = base.reference.$MaxLength ?? other.reference.$MaxLength;
  const reference = { ...base.reference, ...($MaxLength === undefined ? {} : { $MaxLength }) };
  structure.members.set(name, { reference, role: base.role });
  if (base.role === other.role && other.reference.$Nullable) makeNullable(structure, name);
}

function makeNullable({ members }: Structure, name: string): void {
  const member = members.get(name);
  // A collection is never null, and none of its items is.
  if (!member || member.reference.$Collection) return;
  members.set(name, { ...member, reference: { ...member.reference, $Nullable: true } });
}
