// The page's clock and timers: nothing else of it reads a clock or sets a timer. The time is the hub's, by the date of its
// answers, since that of the operator's machine may be hours off.
const tolerableMs = 2000;

class PageClock {
  offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** `date`: the header of an answer that has just arrived. */
  correct(date: string | null): void {
    const offsetMs = Date.parse(date ?? '') - Date.now();
    if (Math.abs(offsetMs - this.offsetMs) > tolerableMs) this.offsetMs = offsetMs;
  }

  restore(offsetMs: number): void {
    this.offsetMs = offsetMs;
  }
}

export const clock = new PageClock();

/** Calls again and again; answers how to stop. */
export function every(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds);
  return () => clearInterval(timer);
}

/** Calls once; answers how to stop. */
export function after(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}
