// The endpoints that operations register: a URL that a push address may be too, and the handshake that shows that whoever
// answers there wants to be told.
import { invalid } from '../../model/errors.ts';
import { readPushUrl } from '../../model/push-address.ts';

export interface Endpoints {
  /** Throws what is wrong with the URL. */
  read(text: string, target: string): string;
  /** Throws `invalidRequest` unless it leads out of the operator's network and answers the handshake. */
  check(url: string, target: string): Promise<void>;
  /** What waits to be told is forgotten. */
  end(id: string): void;
}

export interface EndpointOptions {
  readonly allowPrivate: boolean;
  readonly isPrivateName: (hostname: string) => Promise<boolean>;
  readonly shakeHands: (url: string, target: string) => Promise<void>;
  readonly end: (id: string) => void;
}

export function openEndpoints({ allowPrivate, isPrivateName, shakeHands, end }: EndpointOptions): Endpoints {
  return {
    read(text, target) {
      readPushUrl(text, target, allowPrivate);
      return text;
    },
    async check(url, target) {
      if (!allowPrivate && (await isPrivateName(new URL(url).hostname)))
        throw invalid(`"${target}" leads inside a private network, where nothing is sent.`, target);
      await shakeHands(url, target);
    },
    end,
  };
}
