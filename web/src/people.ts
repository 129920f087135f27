import type { Awareness } from 'y-protocols/awareness';
import { inkOn } from './colour.ts';
import { type Visitor, visitorFrom } from './visitor.ts';

const SHOWN = 5;
type Person = Visitor & { readonly self: boolean };

/** Keeps the list of who is here, oneself first. */
export function mountPeople(list: HTMLElement, awareness: Awareness): void {
  const refresh = () => {
    const people = peopleIn(awareness);
    const rest = people.slice(SHOWN);
    list.replaceChildren(...people.slice(0, SHOWN).map(avatar));
    if (rest.length > 0) list.append(more(rest));
  };
  awareness.on('change', refresh);
  refresh();
}

export function peopleIn(awareness: Awareness): Person[] {
  const people: Person[] = [];
  for (const [client, state] of awareness.getStates()) {
    const visitor = visitorFrom(state.user);
    if (visitor) people.push({ ...visitor, self: client === awareness.clientID });
  }
  return people.sort((a, b) => Number(b.self) - Number(a.self));
}

function avatar(person: Person): HTMLElement {
  const item = document.createElement('li');
  const name = person.self ? `${person.name} (you)` : person.name;
  item.className = 'avatar';
  item.title = name;
  item.style.setProperty('--colour', person.color);
  item.style.setProperty('--ink', inkOn(person.color));
  item.append(hidden(initials(person.name)), spoken(name));
  return item;
}

function more(people: Person[]): HTMLElement {
  const item = document.createElement('li');
  item.className = 'avatar avatar-more';
  item.title = people.map(({ name }) => name).join(', ');
  item.append(hidden(`+${people.length}`), spoken(`and ${people.length} more`));
  return item;
}

function initials(name: string): string {
  const words = name.split(/\s+/u).slice(0, 2);
  return words.map((word) => Array.from(word)[0]?.toUpperCase() ?? '').join('');
}

function hidden(text: string): HTMLElement {
  const span = document.createElement('span');
  span.setAttribute('aria-hidden', 'true');
  span.textContent = text;
  return span;
}

function spoken(text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'visually-hidden';
  span.textContent = text;
  return span;
}
