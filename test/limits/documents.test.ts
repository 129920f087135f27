import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LIMIT_NAMES } from '../../src/application/ports/limit-name.ts';
import { KEYS } from '../../src/application/runtime/config/keys.ts';
import { tableRows } from '../docs/support/markdown.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { limitCount } from './support/limit-count.ts';
import { limitedServer } from './support/limited-server.ts';

const read = (name: string) => readFileSync(join(PACKAGE_ROOT, name), 'utf8');

/** Keys that bound something, by how they are named. */
const LIMIT = /^(MAX_|RATE_(?!WINDOW)|AWARENESS_RATE|ALLOWED_ORIGINS|(OUTBOX|GAP|HANDSHAKE|REQUEST)_TIMEOUT_MS)/;

it('[LIM1] SECURITY.md has every limit, with its default', () => {
  const rows = tableRows(read('SECURITY.md')).filter(([key = '']) => /^`[A-Z_]+`$/.test(key));
  const limits = Object.entries(KEYS).filter(([key]) => LIMIT.test(key));
  expect(Object.fromEntries(rows.map(([key, fallback]) => [key, fallback]))).toEqual(
    Object.fromEntries(
      limits.map(([key, { fallback }]) => [`\`${key}\``, fallback === '' ? '(empty)' : `\`${fallback}\``]),
    ),
  );
});

it('[LIM17] every limit that is counted is a key, stands in docs/limits.md, and is shown from the start', async () => {
  const server = await limitedServer();
  for (const name of LIMIT_NAMES) {
    expect(KEYS).toHaveProperty(name);
    expect(read('docs/limits.md')).toContain(`\`${name}\``);
    expect(await limitCount(server, name)).toBe(0);
  }
});
