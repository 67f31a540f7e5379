// What $metadata says of the operations: the sets and singletons that their paths begin with, and below them navigation,
// properties, functions and actions. A path is read by its form; one of another form fails here by name, and so in the tests.
import type { Operation } from '../../../operations/kernel/operation.ts';
import { operationTable } from '../../../operations/table.ts';
import {
  type BoundOperation,
  type Csdl,
  type Parameter,
  type Place,
  qualified,
  type TypeReference,
} from './csdl.ts';
import { type Schema, TypeBuilder } from './type-builder.ts';

/** Not of OData's forms: Graph's batches, and pictures by the member that names them. */
const beside = ['runBatch', 'getPicture'];

interface OwnSet {
  readonly type: string;
  readonly ofUser: boolean;
  readonly isCollection: boolean;
}

interface Model {
  readonly types: TypeBuilder;
  readonly sets: Map<string, OwnSet>;
  readonly operations: Map<string, BoundOperation[]>;
}

/** `/me/set/{key}/member`, or the same without `/me`. */
interface Path {
  readonly ofUser: boolean;
  readonly set: string;
  readonly hasKey: boolean;
  readonly member: string | null;
}

export function csdlOf(): Csdl {
  const model: Model = { types: new TypeBuilder(), sets: new Map(), operations: new Map() };
  const { types } = model;
  const served = operationTable.flatMap((operation) => {
    const path = pathOf(operation);
    return path === null ? [] : [{ operation, path }];
  });
  const ofSets = served.filter(({ path }) => path.member === null);
  const ofMembers = served.filter(({ path }) => path.member !== null && path.member !== '$count');
  for (const { operation, path } of ofSets) addSet(model, operation, path);
  for (const { operation, path } of ofMembers) addMember(model, operation, path);
  for (const { operation, path } of ofSets) addBody(model, operation, path);
  const places = placesOf(model);
  return { types: types.all(), operations: model.operations, places };
}

function pathOf({ name, paths: [path] }: Operation): Path | null {
  if (path === '/me' || path.startsWith('/admin/') || beside.includes(name)) return null;
  const form = /^(\/me)?\/(\w+)(\/\{\w+\})?(?:\/([\w$]+))?$/.exec(path);
  if (!form) throw new Error(`The path of "${name}" has no form that $metadata knows: see csdl/model.ts.`);
  const [, me, set = '', key, member] = form;
  return { ofUser: me !== undefined, set, hasKey: key !== undefined, member: member ?? null };
}

function addSet({ types, sets }: Model, { name, answer }: Operation, { ofUser, set, hasKey }: Path): void {
  const known = sets.get(set);
  const { item, isCollection } = shapeOf(answer.schema);
  const type = item ? types.define(item, name, 'answer') : known?.type;
  if (type === undefined) return;
  sets.set(set, { type, ofUser, isCollection: isCollection || hasKey || known?.isCollection === true });
}

/** Of an answer: an object, or one item of a collection. */
function shapeOf(schema: Schema | null): { readonly item: Schema | null; readonly isCollection: boolean } {
  const items = schema?.properties?.value?.items;
  if (!items) return { item: schema, isCollection: false };
  // A change is what it came to, or a removal, which OData has a form for.
  return { item: items.anyOf?.[0] ?? items, isCollection: true };
}

function addMember(model: Model, operation: Operation, { set, hasKey, member }: Path): void {
  const { types, sets, operations } = model;
  const owner = sets.get(set);
  if (!owner || member === null) throw new Error(`$metadata has no "${set}" that "${operation.name}" is of.`);
  const answered = answerOf(types, operation);
  if (operation.method === 'GET' && hasKey && answered) {
    types.addProperty(owner.type, member, answered.$Collection ? answered : { ...answered, $Nullable: true });
    return;
  }
  const binding = { $Name: 'bindingParameter', $Type: qualified(owner.type) };
  const bound: BoundOperation = {
    $Kind: operation.method === 'GET' ? 'Function' : 'Action',
    $IsBound: true,
    $Parameter: [hasKey ? binding : { ...binding, $Collection: true }, ...parametersOf(types, operation)],
    ...(answered ? { $ReturnType: answered } : {}),
  };
  operations.set(member, [...(operations.get(member) ?? []), bound]);
}

function answerOf(types: TypeBuilder, { name, answer }: Operation): TypeReference | null {
  const { item, isCollection } = shapeOf(answer.schema);
  if (item) {
    const $Type = qualified(types.define(item, name, 'answer'));
    return isCollection ? { $Type, $Collection: true } : { $Type };
  }
  return answer.type === null ? null : { $Type: 'Edm.Stream' };
}

function parametersOf(types: TypeBuilder, { name, body }: Operation): Parameter[] {
  const { properties = {}, required = [] }: Schema = body?.schema ?? {};
  return Object.entries(properties).flatMap(([$Name, schema]) => {
    const at = { place: `${name}.${$Name}`, role: 'body', required: required.includes($Name) } as const;
    const reference = types.reference(schema, at);
    return reference === null ? [] : [{ $Name, ...reference }];
  });
}

/** What an entity is made or changed with. */
function addBody({ types, sets }: Model, { name, body }: Operation, { set }: Path): void {
  const type = sets.get(set)?.type;
  if (body && type !== undefined) types.define({ ...body.schema, odataType: type }, name, 'body');
}

function placesOf({ types, sets }: Model): Map<string, Place> {
  const me = operationTable.find(({ paths: [path] }) => path === '/me');
  const user = types.define(me?.answer.schema ?? {}, 'getMe', 'answer');
  types.identify(user, ['id']);
  const places = new Map<string, Place>([
    ['users', { $Collection: true, $Type: qualified(user) }],
    ['me', { $Type: qualified(user) }],
  ]);
  for (const [set, { type, ofUser, isCollection }] of sets) {
    types.identify(type, isCollection ? ['id'] : null);
    const place: Place = { ...(isCollection ? { $Collection: true } : {}), $Type: qualified(type) };
    if (!ofUser) places.set(set, place);
    else types.addNavigation(user, set, { $Kind: 'NavigationProperty', ...place, $ContainsTarget: true });
  }
  // The key of Web Push, which is no operation (edge/pages/notification-keys.ts).
  const keys = types.define(
    { properties: { vapidPublicKey: { type: 'string' } }, required: ['vapidPublicKey'] },
    'notificationKeys',
    'answer',
  );
  types.identify(keys, null);
  places.set('notificationKeys', { $Type: qualified(keys) });
  return places;
}
