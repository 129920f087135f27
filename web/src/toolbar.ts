import type { Editor } from '@tiptap/core';
import { ACTION_GROUPS, type Action } from './actions.ts';
import { icon } from './icon.ts';

const MOD = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl';

/** One tab stop; the arrow keys, Home and End move inside (ARIA toolbar pattern). */
export function mountToolbar(toolbar: HTMLElement, editor: Editor): void {
  const buttons: [HTMLButtonElement, Action][] = [];
  for (const actions of ACTION_GROUPS) {
    const group = document.createElement('div');
    group.className = 'toolbar-group';
    for (const action of actions) {
      const button = buttonFor(action, editor);
      buttons.push([button, action]);
      group.append(button);
    }
    toolbar.append(group);
  }

  const refresh = () => {
    for (const [button, action] of buttons) show(button, action, editor);
  };
  editor.on('transaction', refresh);
  editor.on('update', refresh);
  refresh();

  const order = buttons.map(([button]) => button);
  focusable(order, order[0]);
  toolbar.addEventListener('keydown', (event) => {
    const target = neighbour(order, event);
    if (!target) return;
    event.preventDefault();
    focusable(order, target);
    target.focus();
  });
  toolbar.addEventListener('focusin', (event) => {
    if (event.target instanceof HTMLButtonElement) focusable(order, event.target);
  });
}

function buttonFor(action: Action, editor: Editor): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'tool';
  button.dataset.action = action.id;
  button.title = `${action.label} (${action.keys.replace('Mod', MOD)})`;
  button.setAttribute('aria-label', action.label);
  button.append(icon(action.id));
  // Pressing a button must not take the selection away from the text.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', () => {
    if (editor.isEditable && action.possible(editor)) action.run(editor);
  });
  return button;
}

function show(button: HTMLButtonElement, action: Action, editor: Editor): void {
  // Not `disabled`: a disabled button drops the keyboard focus it may have.
  button.setAttribute('aria-disabled', String(!editor.isEditable || !action.possible(editor)));
  if (action.active) button.setAttribute('aria-pressed', String(action.active(editor)));
}

function neighbour(order: HTMLButtonElement[], event: KeyboardEvent): HTMLButtonElement | undefined {
  const here = order.findIndex((button) => button.contains(event.target as Node));
  switch (event.key) {
    case 'ArrowRight':
      return order[(here + 1) % order.length];
    case 'ArrowLeft':
      return order.at(here - 1);
    case 'Home':
      return order[0];
    case 'End':
      return order.at(-1);
    default:
      return undefined;
  }
}

function focusable(order: HTMLButtonElement[], chosen: HTMLButtonElement | undefined): void {
  for (const button of order) button.tabIndex = button === chosen ? 0 : -1;
}
