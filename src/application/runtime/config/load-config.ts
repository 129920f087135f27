import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { KEYS, type KeyName, SETTINGS, type Settings } from './keys.ts';

/** The configuration cannot be used; the message has one line for each fault. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: defaults, then the YAML file named by `CONFIG_FILE`, then the environment.
 * @throws ConfigError which names the key, the value and what is allowed
 */
export function loadConfig(environment: Environment): Settings {
  const file = environment.CONFIG_FILE;
  const fromFile = file === undefined || file === '' ? {} : readYaml(file);
  const unknown = Object.keys(fromFile).filter((name) => !Object.hasOwn(KEYS, name));
  const raw = Object.fromEntries(
    Object.entries(KEYS).map(([name, { fallback }]) => [name, environment[name] ?? fromFile[name] ?? fallback]),
  );
  const parsed = SETTINGS.safeParse(raw);
  if (parsed.success && unknown.length === 0) return parsed.data;
  const faulty = new Set(parsed.error?.issues.map((issue) => String(issue.path[0])));
  const faults = [
    ...unknown.map((name) => `CONFIG_FILE=${JSON.stringify(file)} has the unknown key ${JSON.stringify(name)}.`),
    ...[...faulty].map((name) => fault(name as KeyName, raw[name])),
  ];
  throw new ConfigError(faults.join('\n'));
}

function fault(name: KeyName, value: unknown): string {
  const shown = KEYS[name].value === 'secret' ? '(not shown)' : JSON.stringify(value);
  return `${name}=${shown} is not allowed: it must be ${KEYS[name].allowed}.`;
}

function readYaml(file: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new ConfigError(`CONFIG_FILE=${JSON.stringify(file)} cannot be read: ${why}`);
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`CONFIG_FILE=${JSON.stringify(file)} must hold a mapping of keys to values.`);
  }
  return content as Readonly<Record<string, unknown>>;
}
