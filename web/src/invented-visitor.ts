import { oneOf } from './random.ts';
import type { Visitor } from './visitor.ts';

const MANNERS = ['Quiet', 'Bright', 'Gentle', 'Swift', 'Merry', 'Patient', 'Curious', 'Steady', 'Bold', 'Sunny'];
const ANIMALS = [
  'Heron',
  'Otter',
  'Badger',
  'Robin',
  'Hare',
  'Lynx',
  'Marten',
  'Plover',
  'Stoat',
  'Finch',
  'Wren',
  'Seal',
];
const COLOURS = [
  '#2f7d6b',
  '#b4552d',
  '#3b6ea8',
  '#9c6b12',
  '#a8456b',
  '#4f7a2a',
  '#0f7c93',
  '#8a5a44',
  '#c0433f',
  '#5b6b8c',
];

/** Makes up a visitor with a name and colour that none of the others has, while there are any left. */
export function inventUnlike(others: readonly Visitor[]): Visitor {
  const free = COLOURS.filter((colour) => !others.some((other) => other.color === colour));
  const animals = ANIMALS.filter((animal) => !others.some((other) => other.name.endsWith(animal)));
  return { name: `${oneOf(MANNERS, 'Quiet')} ${oneOf(animals, 'Heron')}`, color: oneOf(free, '#2f7d6b') };
}
