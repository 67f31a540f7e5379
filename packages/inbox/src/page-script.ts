// What a page without a bundler loads as one file, `embed.js` (with the global `Carillon`) or `embed.mjs`: importing it
// defines <carillon-inbox>, and connectHub gives it a feed.
import './index.ts';

export { connectHub } from '@carillon/client';
