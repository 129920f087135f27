import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian has these apart from the PATH of ordinary users. */
function furtherFolders(): string[] {
  const versions = '/usr/lib/postgresql';
  try {
    return ['/usr/sbin', ...readdirSync(versions).map((version) => join(versions, version, 'bin'))];
  } catch {
    return ['/usr/sbin'];
  }
}

function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...furtherFolders()];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const PROGRAMS = {
  mariadb: ['mariadbd', 'mariadb-install-db'],
  postgres: ['postgres', 'initdb'],
  redis: ['redis-server'],
  ferretdb: ['ferretdb'],
} as const;

export type ServiceName = keyof typeof PROGRAMS;

/** The path of a program. @throws Error where it is not there */
export function program(name: string): string {
  const path = find(name);
  if (path === undefined) throw new Error(`${name} is not on the PATH; CONTRIBUTING.md says how to install it`);
  return path;
}

/**
 * For `describe.skipIf`: whether tests with this service cannot run here, which is then printed. Never with `CI=true`:
 * there a program that is missing fails them.
 */
export function isMissing(service: ServiceName): boolean {
  const missing = PROGRAMS[service].filter((name) => find(name) === undefined);
  if (missing.length === 0 || process.env.CI === 'true') return false;
  console.log(`Tests with ${service} are skipped: ${missing.join(', ')} not on the PATH`);
  return true;
}
