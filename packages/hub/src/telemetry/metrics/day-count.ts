// How much was counted in the last 24 hours, hour by hour: 24 numbers, however much it is. For ratios of what is too young to
// be settled by a counter since the start.
const hourMs = 3_600_000;
const hours = 24;

export class DayCount {
  readonly #slots = Array.from({ length: hours }, () => ({ hour: 0, count: 0 }));

  add(now: number): void {
    const hour = Math.floor(now / hourMs);
    const slot = this.#slots[hour % hours];
    if (!slot) return;
    if (slot.hour !== hour) Object.assign(slot, { hour, count: 0 });
    slot.count++;
  }

  total(now: number): number {
    const first = Math.floor(now / hourMs) - hours;
    return this.#slots.reduce((sum, { hour, count }) => (hour > first ? sum + count : sum), 0);
  }
}
