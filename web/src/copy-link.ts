const SHOWN_MS = 2000;

/** @param label the part of the button that holds its text; the result is shown, and told, there for two seconds */
export function mountCopyLink(button: HTMLButtonElement, label: HTMLElement, address: string): void {
  const initial = label.textContent;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (result: 'copied' | 'failed') => {
    button.dataset.result = result;
    label.textContent = result === 'copied' ? 'Link copied' : 'Copy the address above';
    clearTimeout(timer);
    timer = setTimeout(() => {
      delete button.dataset.result;
      label.textContent = initial;
    }, SHOWN_MS);
  };
  button.addEventListener('click', () => {
    copy(address).then(
      () => tell('copied'),
      () => tell('failed'),
    );
  });
}

/** The clipboard is only there on https and localhost; elsewhere the address bar has the link. */
async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
