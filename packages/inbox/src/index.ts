// The inbox component: what its users import, and nothing else. Importing it defines the element <carillon-inbox>; the
// typed React component has an entry of its own.
export type { Feed } from '@carillon/client';
