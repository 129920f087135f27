import { inkOn } from './colour.ts';
import { visitorFrom } from './visitor.ts';

/** What is shown of somebody whose awareness state names no usable visitor. */
const STRANGER = { name: 'Someone', color: '#6b7280' };

/** Styles go through the CSSOM: a `style` attribute would be stopped by the Content-Security-Policy. */
export function renderCaret(user: Record<string, unknown>): HTMLElement {
  const { name, color } = visitorFrom(user) ?? STRANGER;
  const caret = document.createElement('span');
  caret.className = 'caret';
  caret.style.setProperty('--colour', color);
  const label = document.createElement('span');
  label.className = 'caret-name';
  label.style.setProperty('--ink', inkOn(color));
  // Shown by the style sheet: as text it would be part of what is read and copied from the document.
  label.dataset.name = name;
  caret.append(label);
  return caret;
}

export function renderSelection(user: Record<string, unknown>): { class: string; style: string } {
  const { color } = visitorFrom(user) ?? STRANGER;
  return { class: 'remote-selection', style: `background-color: ${color}38` };
}
