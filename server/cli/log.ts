import { type DestinationStream, type Logger, pino } from 'pino';

/** Fields that hold secrets wherever they turn up in a log record, also inside an error. */
const SECRET_FIELDS = ['token', 'authorization', 'cookie', 'password', '["sec-websocket-protocol"]', '["set-cookie"]'];

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
      redact: [
        ...SECRET_FIELDS,
        ...SECRET_FIELDS.map((field) => nested(field, '*')),
        ...SECRET_FIELDS.map((field) => nested(field, '*.headers')),
      ],
    },
    stream,
  );
}

/** A field below another one in the path syntax of pino's redaction. */
function nested(field: string, below: string): string {
  return field.startsWith('[') ? below + field : `${below}.${field}`;
}
