// The design tokens: every colour, size and time of the component as a custom property that a page can set. A page sets
// `--carillon-accent`; inside, `--accent` is that or the default. Light and dark follow `color-scheme`.
import { type CSSResult, css, unsafeCSS } from 'lit';

const colours: readonly (readonly [name: string, light: string, dark: string])[] = [
  ['accent', '#3552d6', '#93a8ff'],
  ['on-accent', '#ffffff', '#10142b'],
  ['surface', '#ffffff', '#18191d'],
  ['surface-unread', '#f5f7ff', '#1d2029'],
  ['surface-hover', '#f1f2f5', '#24262c'],
  ['surface-raised', '#ffffff', '#2e3138'],
  ['surface-inverse', '#22242a', '#e9eaee'],
  ['text', '#17181c', '#f0f1f4'],
  ['text-muted', '#5a5f6b', '#b0b5c0'],
  ['text-inverse', '#ffffff', '#17181c'],
  ['accent-inverse', '#aebcff', '#2f49c4'],
  ['line', '#e6e8ec', '#2d3037'],
  ['line-strong', '#d3d6dd', '#42464f'],
  ['danger', '#b42323', '#ff9b93'],
];

/** Picks one of two values, or writes both for an engine that picks by itself. */
type Pick = (light: string, dark: string) => string;

const shadow = (pick: Pick): string =>
  [
    `0 0 0 1px ${pick('rgb(20 24 40 / 8%)', 'rgb(255 255 255 / 9%)')}`,
    `0 2px 6px ${pick('rgb(20 24 40 / 6%)', 'rgb(0 0 0 / 30%)')}`,
    `0 16px 48px ${pick('rgb(20 24 40 / 16%)', 'rgb(0 0 0 / 50%)')}`,
  ].join();

function declare(pick: Pick): CSSResult {
  const values = colours.map(([name, light, dark]) => [name, pick(light, dark)] as const);
  const declarations = [...values, ['shadow', shadow(pick)] as const];
  return unsafeCSS(
    declarations.map(([name, value]) => `--${name}: var(--carillon-${name}, ${value});`).join(''),
  );
}

/** In light-dark(), which follows `color-scheme`. Safari before 17.5, Chrome before 123 and Firefox before 120 lack it. */
const both: Pick = (light, dark) => `light-dark(${light}, ${dark})`;

export const tokens = css`
  :host {
    ${declare((light) => light)}
    --radius: var(--carillon-radius, 12px);
    --font: var(--carillon-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --font-size: var(--carillon-font-size, 0.8125rem);
    --quick: var(--carillon-duration, 120ms);
    --wash: #8883;
    --wash-inverse: #8886;
    --accent-wash: var(--surface-hover);
    --danger-wash: var(--surface-hover);
    --accent-strong: var(--accent);
    --surface-over: var(--surface);

    display: inline-block;
    color: var(--text);
    font: 400 var(--font-size) / 1.45 var(--font);
    letter-spacing: normal;
    text-align: start;
    -webkit-font-smoothing: antialiased;
    -webkit-text-size-adjust: 100%;
  }
  :host([theme='dark']) {
    ${declare((_light, dark) => dark)}
  }
  @media (prefers-color-scheme: dark) {
    :host([theme='auto']) {
      ${declare((_light, dark) => dark)}
    }
  }
  @supports (color: light-dark(red, red)) {
    :host,
    :host([theme]) {
      ${declare(both)}
    }
  }
  @supports (color: color-mix(in oklab, red, red)) {
    :host {
      --wash: color-mix(in oklab, var(--text) 8%, transparent);
      --wash-inverse: color-mix(in oklab, var(--text-inverse) 12%, transparent);
      --accent-wash: color-mix(in oklab, var(--accent) 12%, transparent);
      --danger-wash: color-mix(in oklab, var(--danger) 16%, transparent);
      --accent-strong: color-mix(in oklab, var(--accent) 88%, var(--text));
      --surface-over: color-mix(in oklab, var(--surface) 94%, transparent);
    }
  }
  :host([hidden]) {
    display: none;
  }
  :host([theme='auto']) {
    color-scheme: light dark;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([inline]) {
    display: block;
    block-size: 100%;
    min-block-size: 320px;
  }
  * {
    box-sizing: border-box;
  }
  button,
  select,
  input {
    margin: 0;
    color: inherit;
    font: inherit;
    letter-spacing: inherit;
  }
  button {
    padding: 0;
    border: 0;
    background: none;
    text-align: start;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  h2,
  h3,
  h4,
  p {
    margin: 0;
    font: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  .place:focus-visible,
  .loading:focus-visible,
  .panel:focus-visible {
    outline: none;
  }
  .icon {
    display: block;
    flex: none;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
