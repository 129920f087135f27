/** Structured log lines. Fields hold ids and counts, never content of a document or a token. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

type LogFields = Readonly<Record<string, unknown>>;
