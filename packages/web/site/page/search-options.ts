// How the search of the site reads words: the same in the build, which writes the index, and in the browser, which asks it.

/** What an entry of a result holds beside its id, which is the address of the page below /docs and the anchor. */
export interface Stored {
  readonly heading: string;
  readonly page: string;
  readonly begins: string;
}

export const searchOptions = {
  fields: ['heading', 'page', 'text'],
  storeFields: ['heading', 'page', 'begins'],
  searchOptions: { boost: { heading: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' as const },
};
