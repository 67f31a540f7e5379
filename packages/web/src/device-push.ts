// Web Push of this browser, as the page shows it: on or off, and
// why it can't be turned on where it can't.
export interface PushView {
  readonly on: boolean;
  readonly possible: boolean;
  /** Why it is not possible, or what else the user should know; null when there is nothing to say. */
  readonly reason: string | null;
}

export interface DevicePush {
  read(): Promise<PushView>;
  /** Throws an Error whose message is for the user. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
}

export function openDevicePush(): DevicePush {
  return {
    read: async () => ({ on: false, possible: false, reason: 'This browser has no push.' }),
    turnOn: async () => {},
    turnOff: async () => {},
  };
}
