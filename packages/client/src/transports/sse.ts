// The stream over server-sent events, by fetch: unlike EventSource it sets the Authorization header, so that it needs
// no ticket, and sees heartbeats, which are comments. The parser follows WHATWG HTML, section 9.2.6.
import { within } from '../deferred.ts';
import { offline } from '../requests/hub-error.ts';
import { FrameLink, type Link, type LinkAsk, openMaxMs } from './link.ts';

export async function openSse(ask: LinkAsk): Promise<Link> {
  const { requests, clock, cursor, signal } = ask;
  // A server that accepts the request and does not answer is abandoned.
  const response = await within(clock, openMaxMs, requests.streamEvents(cursor(), signal));
  const link = new FrameLink({ ask });
  void follow(response, link);
  await link.begun;
  return link;
}

async function follow(response: Response, link: FrameLink): Promise<void> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const events = new EventData((data) => link.take(data));
  void link.ended.then(() => reader?.cancel().catch(() => {}));
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      link.beat();
      events.take(decoder.decode(chunk.value, { stream: true }));
    }
    link.end();
  } catch (error) {
    link.end(offline(error).message);
  }
}

/** Calls with the data of each event at its blank line, wherever the chunks begin and end. */
export class EventData {
  readonly #onData: (data: string) => void;
  #rest = '';
  #data: string[] = [];

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  take(text: string): void {
    // A carriage return at the end may be the first half of a line end.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line.startsWith('data:')) this.#data.push(line.slice(5).replace(/^ /, ''));
    if (line !== '' || this.#data.length === 0) return;
    const data = this.#data.join('\n');
    this.#data = [];
    this.#onData(data);
  }
}
