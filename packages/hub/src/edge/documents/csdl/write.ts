// $metadata as text: CSDL's JSON form, and its XML form made from the same values (OASIS, CSDL XML 4.0).
// In XML what is not said may be null, in JSON it may not.
import {
  type BoundOperation,
  type Csdl,
  container,
  type EnumType,
  type Navigation,
  namespace,
  type Place,
  qualified,
  type StructuredType,
  type TypeReference,
} from './csdl.ts';

export function writeJson({ types, operations, places }: Csdl): string {
  const named = [...types].map(([name, type]) => [
    name,
    type.$Kind === 'EnumType' ? enumJson(type) : structureJson(type),
  ]);
  const schema = {
    ...Object.fromEntries(named),
    ...Object.fromEntries(operations),
    [container]: { $Kind: 'EntityContainer', ...Object.fromEntries(places) },
  };
  return JSON.stringify({ $Version: '4.0', $EntityContainer: qualified(container), [namespace]: schema });
}

function enumJson({ $Kind, members }: EnumType): object {
  return { $Kind, ...Object.fromEntries(members.map((member, value) => [member, value])) };
}

function structureJson({ properties, ...type }: StructuredType): object {
  return { ...type, ...Object.fromEntries(properties) };
}

export function writeXml({ types, operations, places }: Csdl): string {
  const schema = [
    ...[...types].map(([name, type]) =>
      type.$Kind === 'EnumType' ? enumXml(name, type) : structureXml(name, type),
    ),
    ...[...operations].flatMap(([name, overloads]) => overloads.map((each) => operationXml(name, each))),
    element('EntityContainer', { Name: container }, [...places].map(placeXml)),
  ];
  const content = element(
    'Schema',
    { xmlns: 'http://docs.oasis-open.org/odata/ns/edm', Namespace: namespace },
    schema,
  );
  const services = element('edmx:DataServices', {}, [content]);
  const edmx = { 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx', Version: '4.0' };
  return `<?xml version="1.0" encoding="utf-8"?>\n${element('edmx:Edmx', edmx, [services])}\n`;
}

function enumXml(name: string, { members }: EnumType): string {
  const values = members.map((Name, value) => element('Member', { Name, Value: value }));
  return element('EnumType', { Name: name }, values);
}

function structureXml(name: string, { $Kind, $OpenType, $Key, properties }: StructuredType): string {
  const key = $Key
    ? [
        element(
          'Key',
          {},
          $Key.map((each) => element('PropertyRef', { Name: each })),
        ),
      ]
    : [];
  const members = [...properties].map(([member, property]) =>
    '$Kind' in property
      ? navigationXml(member, property)
      : element('Property', { Name: member, ...typeXml(property) }),
  );
  return element($Kind, { Name: name, OpenType: $OpenType }, [...key, ...members]);
}

function navigationXml(name: string, navigation: Navigation): string {
  // Of a collection OData knows no null.
  const { Type, Nullable } = typeXml(navigation);
  const nullable = navigation.$Collection ? {} : { Nullable };
  return element('NavigationProperty', { Name: name, Type, ...nullable, ContainsTarget: true });
}

function operationXml(name: string, { $Kind, $IsBound, $Parameter, $ReturnType }: BoundOperation): string {
  const parameters = $Parameter.map(({ $Name, ...type }) =>
    element('Parameter', { Name: $Name, ...typeXml(type) }),
  );
  const answer = $ReturnType ? [element('ReturnType', typeXml($ReturnType))] : [];
  return element($Kind, { Name: name, IsBound: $IsBound }, [...parameters, ...answer]);
}

function placeXml([name, { $Collection, $Type }]: [string, Place]): string {
  return $Collection
    ? element('EntitySet', { Name: name, EntityType: $Type })
    : element('Singleton', { Name: name, Type: $Type });
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** XML takes what is not said for nullable, JSON for not. */
function typeXml({ $Type = 'Edm.String', $Collection, $Nullable, $MaxLength, $Precision }: TypeReference) {
  return {
    Type: $Collection ? `Collection(${$Type})` : $Type,
    Nullable: $Nullable ? undefined : false,
    MaxLength: $MaxLength,
    Precision: $Precision,
  };
}

function element(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escaped(String(value))}"`)
    .join('');
  if (content.length === 0) return `<${name}${given}/>`;
  const lines = content.join('\n').replaceAll(/^/gm, '  ');
  return `<${name}${given}>\n${lines}\n</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
