import type { User } from '@yjs-collaboration/client';

const PEOPLE: readonly User[] = [
  { name: 'Heron', color: '#2f7d6b' },
  { name: 'Otter', color: '#b4552d' },
  { name: 'Lynx', color: '#3b6ea8' },
  { name: 'Wren', color: '#a8456b' },
  { name: 'Hare', color: '#4f7a2a' },
];

/** Somebody for this window, the same after a reload; `?name=` names them. */
export function visitor(): User {
  const number = Number(sessionStorage.getItem('visitor') ?? Math.floor(Math.random() * PEOPLE.length));
  sessionStorage.setItem('visitor', String(number));
  const { name = 'Heron', color = '#2f7d6b' } = PEOPLE[number] ?? {};
  return { name: new URLSearchParams(location.search).get('name') ?? name, color };
}
