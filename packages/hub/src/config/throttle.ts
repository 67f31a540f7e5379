// How many requests a user and app may make. The limit of an address that has not authenticated is no setting; it stands
// with the throttle itself.
import { Type } from '@carillon/protocol/schemas';
import { type Reading, setting } from './setting.ts';

export interface ThrottleConfig {
  /** Requests a minute for a user and app; null for no limit. */
  readonly throttlePerMinute: number | null;
}

export const throttleSettings = {
  throttle: setting(
    {
      schema: Type.Union([Type.Literal('off'), Type.Integer({ minimum: 1, maximum: 10_000_000 })]),
      default: 3000,
      takes: 'number|off',
      unit: 'requests a minute',
      about: 'requests that a user and app may make in a minute, with a burst of one minute',
    },
    (given) => (given === 'off' ? null : given),
  ),
};

export function readThrottle({ values }: Reading<typeof throttleSettings>): ThrottleConfig {
  return { throttlePerMinute: values.throttle };
}
