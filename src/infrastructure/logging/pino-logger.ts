import { type DestinationStream, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../../application/ports/logger.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard output; readable ones where that is a terminal. */
export function createLogger(level: LogLevel, destination: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // An error's message may quote what a client sent; its cause and stack are what an operator needs.
      serializers: { err: stdSerializers.errWithCause },
      redact: ['token', '*.token', 'authorization', '*.authorization'],
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** Synchronous: the last line before an exit is the one that is needed. */
function standardOutput(): DestinationStream {
  return process.stdout.isTTY ? pretty({ colorize: true, sync: true }) : pino.destination({ fd: 1, sync: true });
}
