import type { SavedMark } from './connection.ts';

const TEXT: Record<SavedMark, string> = {
  saved: 'Saved',
  saving: 'Saving…',
  offline: 'Offline – kept in this tab',
  refused: 'Not saved',
};
const SETTLED_MS = 1000;

/**
 * Shows the mark at once, and tells it to screen readers only when it has settled: spoken after every key stroke it would
 * drown the text. Leaving the page with edits that are not saved asks first.
 */
export function savedView(element: HTMLElement, spoken: HTMLElement): (mark: SavedMark) => void {
  let current: SavedMark = 'saved';
  let timer: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener('beforeunload', (event) => {
    if (current !== 'saved') event.preventDefault();
  });
  return (mark) => {
    current = mark;
    if (element.dataset.state === mark && !element.hidden) return;
    element.hidden = false;
    element.dataset.state = mark;
    element.textContent = TEXT[mark];
    clearTimeout(timer);
    timer = setTimeout(() => {
      spoken.textContent = TEXT[mark];
    }, SETTLED_MS);
  };
}
