/** What happens to the page that a provider lives in. */
export interface PageListener {
  /** The network is back. */
  online(): void;
  /** The page goes, for good or into the browser's back/forward cache. */
  hidden(): void;
  /** The page comes out of that cache. */
  shown(): void;
}

type Listen = (name: string, listener: (event: { readonly persisted?: boolean }) => void) => void;

/**
 * Watches the page. Outside of one (Node, a worker) it does nothing.
 * @returns ends it
 */
export function watchPage(listener: PageListener): () => void {
  const page = globalThis as { document?: unknown; addEventListener?: Listen; removeEventListener?: Listen };
  if (page.document === undefined || page.addEventListener === undefined) return () => undefined;
  const { online, hidden } = listener;
  const shown = ({ persisted }: { readonly persisted?: boolean }) => {
    if (persisted === true) listener.shown();
  };
  page.addEventListener('online', online);
  page.addEventListener('pagehide', hidden);
  page.addEventListener('pageshow', shown);
  return () => {
    page.removeEventListener?.('online', online);
    page.removeEventListener?.('pagehide', hidden);
    page.removeEventListener?.('pageshow', shown);
  };
}
