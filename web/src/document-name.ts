import { oneOf, randomSuffix } from './random.ts';

const KINDS = ['amber', 'birch', 'cedar', 'clover', 'copper', 'dawn', 'fern', 'harbour', 'linen', 'maple'];
const THINGS = ['notes', 'letters', 'sketches', 'pages', 'journal', 'ideas', 'drafts', 'almanac'];

/** The document named in the address, or a new one, which is then put there so that the address can be shared. */
export function documentFromAddress(): string {
  const named = new URLSearchParams(location.search).get('document')?.trim();
  if (named) return named;
  const fresh = `${oneOf(KINDS, 'amber')}-${oneOf(THINGS, 'notes')}-${randomSuffix(6)}`;
  const url = new URL(location.href);
  url.searchParams.set('document', fresh);
  history.replaceState(null, '', url);
  return fresh;
}

/** The address to give to others: it leaves out one's own access token. Slashes in the name stay readable. */
export function sharedAddress(document: string): string {
  const query = encodeURIComponent(document).replaceAll('%2F', '/');
  return `${location.origin}${location.pathname}?document=${query}`;
}

export function tokenFromAddress(): string | undefined {
  return new URLSearchParams(location.search).get('token') ?? undefined;
}
