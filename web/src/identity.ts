import { NAME_LIMIT, type Visitor } from './visitor.ts';

/**
 * The two fields in which visitors say who they are. An empty name keeps the last one.
 * @returns shows another visitor in the fields
 */
export function mountIdentity(
  name: HTMLInputElement,
  colour: HTMLInputElement,
  visitor: Visitor,
  changed: (visitor: Visitor) => void,
): (visitor: Visitor) => void {
  let current = visitor;
  const set = (next: Visitor) => {
    current = next;
    changed(next);
  };
  const show = (next: Visitor) => {
    current = next;
    name.value = next.name;
    colour.value = next.color;
  };
  name.maxLength = NAME_LIMIT;
  show(visitor);
  name.addEventListener('input', () => {
    const text = name.value.trim();
    if (text) set({ ...current, name: text });
  });
  name.addEventListener('blur', () => {
    name.value = current.name;
  });
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') name.blur();
  });
  colour.addEventListener('input', () => set({ ...current, color: colour.value }));
  return show;
}
