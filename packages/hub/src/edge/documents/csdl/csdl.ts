// CSDL as values, in its JSON form (OASIS, CSDL JSON 4.01).
// The model of the operations is made of them, and $metadata is written from them, as JSON and as XML.

/** What a property, a parameter or an answer is of; the type is Edm.String where none is named. */
export interface TypeReference {
  readonly $Type?: string;
  readonly $Collection?: true;
  readonly $Nullable?: true;
  readonly $MaxLength?: number;
  readonly $Precision?: number;
}

export interface Navigation {
  readonly $Kind: 'NavigationProperty';
  readonly $Collection?: true;
  readonly $Type: string;
  readonly $ContainsTarget: true;
}

export interface EnumType {
  readonly $Kind: 'EnumType';
  readonly members: readonly string[];
}

export interface StructuredType {
  readonly $Kind: 'EntityType' | 'ComplexType';
  readonly $OpenType?: true;
  readonly $Key?: readonly string[];
  readonly properties: ReadonlyMap<string, TypeReference | Navigation>;
}

export interface Parameter extends TypeReference {
  readonly $Name: string;
}

export interface BoundOperation {
  readonly $Kind: 'Function' | 'Action';
  readonly $IsBound: true;
  readonly $Parameter: readonly Parameter[];
  readonly $ReturnType?: TypeReference;
}

/** An entity set or, without $Collection, a singleton. */
export interface Place {
  readonly $Collection?: true;
  readonly $Type: string;
}

export interface Csdl {
  readonly types: ReadonlyMap<string, EnumType | StructuredType>;
  readonly operations: ReadonlyMap<string, readonly BoundOperation[]>;
  readonly places: ReadonlyMap<string, Place>;
}

/** Microsoft Graph's. */
export const namespace = 'microsoft.graph';
export const container = 'GraphService';

export function qualified(name: string): string {
  return `${namespace}.${name}`;
}
