/** What a page does with the provider in it. */
export interface PageListener {
  /** The network is back. */
  online(): void;
  /** The page goes, for good or into the browser's back/forward cache. @returns whether there was a connection to end */
  leave(): boolean;
  /** The page comes out of that cache, and there was a connection. */
  comeBack(): void;
}

type Listen = (name: string, listener: (event: { readonly persisted?: boolean }) => void) => void;

/**
 * Watches the page. Outside of one (Node, a worker) it does nothing.
 * @returns ends it
 */
export function watchPage({ online, leave, comeBack }: PageListener): () => void {
  const page = globalThis as { document?: unknown; addEventListener?: Listen; removeEventListener?: Listen };
  const { document, addEventListener, removeEventListener } = page;
  if (document === undefined || addEventListener === undefined || removeEventListener === undefined) {
    return () => undefined;
  }
  let left = false;
  const listeners = {
    online,
    pagehide: () => {
      left = leave();
    },
    pageshow: () => {
      if (left) comeBack();
      left = false;
    },
  };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
  };
}
