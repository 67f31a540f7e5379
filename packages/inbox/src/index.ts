// The public entry of the inbox component, with all five languages. Importing it defines the element <carillon-inbox>; the typed
// React component has an entry of its own.
import './quiet-lit.ts';
import './locale/built-in.ts';

export * from './core.ts';
