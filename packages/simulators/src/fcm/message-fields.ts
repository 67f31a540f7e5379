// The fields of a request to messages:send and their types, as the reference of FCM's REST API lists them, and a reader
// that is as strict as Google's: unknown names and wrong types are refused with the path to them.
import type { FieldViolation } from './errors.ts';

type Scalar = 'string' | 'bool' | 'int32' | 'number' | 'duration' | 'timestamp' | 'struct' | 'strings';
interface Enumeration {
  readonly oneOf: readonly string[];
}
interface Message {
  readonly fields: Readonly<Record<string, FieldType>>;
}
type FieldType = Scalar | 'map' | Enumeration | Message;

const fcmOptions: Message = { fields: { analytics_label: 'string' } };
const color: Message = { fields: { red: 'number', green: 'number', blue: 'number', alpha: 'number' } };
const lightSettings: Message = {
  fields: { color, light_on_duration: 'duration', light_off_duration: 'duration' },
};

const androidNotification: Message = {
  fields: {
    title: 'string',
    body: 'string',
    icon: 'string',
    color: 'string',
    sound: 'string',
    tag: 'string',
    click_action: 'string',
    body_loc_key: 'string',
    body_loc_args: 'strings',
    title_loc_key: 'string',
    title_loc_args: 'strings',
    channel_id: 'string',
    ticker: 'string',
    sticky: 'bool',
    event_time: 'timestamp',
    local_only: 'bool',
    notification_priority: {
      oneOf: [
        'PRIORITY_UNSPECIFIED',
        'PRIORITY_MIN',
        'PRIORITY_LOW',
        'PRIORITY_DEFAULT',
        'PRIORITY_HIGH',
        'PRIORITY_MAX',
      ],
    },
    default_sound: 'bool',
    default_vibrate_timings: 'bool',
    default_light_settings: 'bool',
    vibrate_timings: 'strings',
    visibility: { oneOf: ['VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'] },
    notification_count: 'int32',
    light_settings: lightSettings,
    image: 'string',
    proxy: { oneOf: ['PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'] },
    bypass_proxy_notification: 'bool',
  },
};

const message: Message = {
  fields: {
    name: 'string',
    data: 'map',
    notification: { fields: { title: 'string', body: 'string', image: 'string' } },
    android: {
      fields: {
        collapse_key: 'string',
        priority: { oneOf: ['NORMAL', 'HIGH'] },
        ttl: 'duration',
        restricted_package_name: 'string',
        data: 'map',
        notification: androidNotification,
        fcm_options: fcmOptions,
        direct_boot_ok: 'bool',
        bandwidth_constrained_ok: 'bool',
        restricted_satellite_ok: 'bool',
      },
    },
    webpush: {
      fields: {
        headers: 'map',
        data: 'map',
        notification: 'struct',
        fcm_options: { fields: { link: 'string', analytics_label: 'string' } },
      },
    },
    apns: {
      fields: {
        headers: 'map',
        payload: 'struct',
        fcm_options: { fields: { analytics_label: 'string', image: 'string' } },
        live_activity_token: 'string',
      },
    },
    fcm_options: fcmOptions,
    token: 'string',
    topic: 'string',
    condition: 'string',
  },
};

const request: Message = { fields: { validate_only: 'bool', message } };

/** The first fault; null when all is well-formed. The body is undefined when it was no JSON. */
export function judgeFields(body: unknown): FieldViolation | null {
  if (!isObject(body)) return { field: '', description: 'Invalid JSON payload received. Unexpected token.' };
  return judge(body, request, '');
}

function judge(value: unknown, type: FieldType, path: string): FieldViolation | null {
  // Google's JSON takes null for an absent field.
  if (value === null) return null;
  if (typeof type === 'object') {
    return 'fields' in type ? judgeMessage(value, type, path) : judgeEnumeration(value, type, path);
  }
  if (type === 'map') return judgeMap(value, path);
  const { name, holds } = scalars[type];
  return holds(value) ? null : invalid(path, name, value);
}

function judgeMessage(value: unknown, { fields }: Message, path: string): FieldViolation | null {
  if (!isObject(value)) return invalid(path, 'Message', value);
  for (const [name, member] of Object.entries(value)) {
    const own = Object.hasOwn(fields, name) ? name : snakeCase(name);
    const type = Object.hasOwn(fields, own) ? fields[own] : undefined;
    if (!type) return unknownName(name, path);
    const fault = judge(member, type, path === '' ? own : `${path}.${own}`);
    if (fault) return fault;
  }
  return null;
}

/** Google's JSON takes a name as it is declared, and in camel case. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function judgeEnumeration(value: unknown, { oneOf }: Enumeration, path: string): FieldViolation | null {
  const known = typeof value === 'string' && oneOf.includes(value.toUpperCase());
  return known ? null : invalid(path, 'enum', value);
}

function judgeMap(value: unknown, path: string): FieldViolation | null {
  if (!isObject(value)) return invalid(path, 'map', value);
  const members = Object.values(value);
  const wrong = members.findIndex((member) => typeof member !== 'string');
  return wrong === -1 ? null : invalid(`${path}[${wrong}].value`, 'TYPE_STRING', members[wrong]);
}

const scalars: Readonly<
  Record<Scalar, { readonly name: string; readonly holds: (value: unknown) => boolean }>
> = {
  string: { name: 'TYPE_STRING', holds: (value) => typeof value === 'string' },
  bool: { name: 'TYPE_BOOL', holds: (value) => typeof value === 'boolean' },
  int32: { name: 'TYPE_INT32', holds: (value) => Number.isInteger(value) },
  number: { name: 'TYPE_FLOAT', holds: (value) => typeof value === 'number' },
  duration: {
    name: 'type.googleapis.com/google.protobuf.Duration',
    holds: (value) => typeof value === 'string' && /^-?\d{1,12}(\.\d{1,9})?s$/.test(value),
  },
  timestamp: {
    name: 'type.googleapis.com/google.protobuf.Timestamp',
    holds: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  },
  struct: { name: 'type.googleapis.com/google.protobuf.Struct', holds: isObject },
  strings: {
    name: 'TYPE_STRING',
    holds: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  },
};

function invalid(field: string, type: string, value: unknown): FieldViolation {
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : String(JSON.stringify(value)).slice(0, 100);
  return { field, description: `Invalid value at '${field}' (${type}), ${shown}` };
}

function unknownName(name: string, path: string): FieldViolation {
  const where = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`;
  return { field: path, description };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
