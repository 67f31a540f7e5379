// One measured figure: its median, its spread, and the target that it has to reach.
import { median } from './statistics.ts';

export interface Figure {
  readonly what: string;
  readonly value: string;
  /** Lowest to highest of the runs; empty when there was one. */
  readonly spread: string;
  /** Empty when there is none: the figure is for context. */
  readonly target: string;
  readonly met: boolean | null;
}

export interface Benchmark {
  readonly name: string;
  /** How it is measured, for RESULTS.md. */
  readonly about: string;
  run(): Promise<Figure[]>;
}

interface FigureOptions {
  readonly what: string;
  readonly runs: readonly number[];
  readonly digits?: number;
  readonly unit?: string;
  /** The figure is not to be above, or not to be below. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function figure({ what, runs, digits = 0, unit = '', atMost, atLeast }: FigureOptions): Figure {
  const value = median(runs);
  const show = (each: number): string => each.toFixed(digits);
  const after = unit === '' ? '' : ` ${unit}`;
  const spread = runs.length > 1 ? `${show(Math.min(...runs))}–${show(Math.max(...runs))}` : '';
  const base = { what, value: show(value) + after, spread };
  if (atMost !== undefined) return { ...base, target: `≤ ${atMost}${after}`, met: value <= atMost };
  if (atLeast !== undefined) return { ...base, target: `≥ ${atLeast}${after}`, met: value >= atLeast };
  return { ...base, target: '', met: null };
}
