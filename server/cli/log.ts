import { type DestinationStream, type Logger, pino } from 'pino';

/** The log: JSON lines on stderr, written at once so that the last words before a crash are there. */
export function createLog(defaultLevel: string): Logger {
  const destination = pino.destination({ fd: 2, sync: true });
  // stderr is closed when the parent has gone; the server then ends by itself and has nobody to tell.
  destination.on('error', () => undefined);
  const stream: DestinationStream = destination;
  return pino(
    {
      level: process.env['PINATA_LOG_LEVEL'] ?? defaultLevel,
      base: { pid: process.pid },
      redact: ['req.headers.authorization', 'req.headers.cookie', 'token'],
    },
    stream,
  );
}
