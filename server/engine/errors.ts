/** Codes of what makes a whole scan impossible; a single bad file never does. */
export type EngineErrorCode = 'root_missing' | 'root_not_a_folder' | 'root_unreadable';

/** A scan that cannot be done, with a message for the user that says what to do. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
  }
}
