// All styles of the component, one file a part; the tokens come first.
// The order is that of the cascade.
import { bellStyles } from './bell.ts';
import { emptyStyles } from './empty.ts';
import { floatingStyles } from './floating.ts';
import { listStyles } from './list.ts';
import { panelStyles } from './panel.ts';
import { rowStyles } from './row.ts';
import { tokens } from './tokens.ts';

export const inboxStyles = [
  tokens,
  bellStyles,
  panelStyles,
  listStyles,
  rowStyles,
  emptyStyles,
  floatingStyles,
];
