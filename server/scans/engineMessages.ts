import { type Static, Type } from 'typebox';
import type { EngineRequest } from '#engine/scan.ts';

/** Server to engine process, over IPC. */
export type ToEngine =
  | { type: 'start'; scanId: string; databasePath: string; request: EngineRequest }
  | { type: 'cancel' };

/** Engine process to server, over IPC. */
export const FromEngine = Type.Union([
  Type.Object({
    type: Type.Literal('progress'),
    phase: Type.Enum(['discovering', 'scanning', 'linking', 'saving']),
    filesScanned: Type.Integer({ minimum: 0 }),
    totalFiles: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    nodesFound: Type.Integer({ minimum: 0 }),
    fraction: Type.Union([Type.Number(), Type.Null()]),
    currentFile: Type.Optional(Type.Union([Type.String(), Type.Undefined()])),
  }),
  /** The engine's event loop turns; without a word it is stuck in one file or one step. */
  Type.Object({ type: Type.Literal('alive') }),
  Type.Object({
    type: Type.Literal('done'),
    cancelled: Type.Boolean(),
    filesScanned: Type.Integer({ minimum: 0 }),
    filesFailed: Type.Integer({ minimum: 0 }),
    nodesFound: Type.Integer({ minimum: 0 }),
    workflowsFound: Type.Integer({ minimum: 0 }),
  }),
  Type.Object({
    type: Type.Literal('failed'),
    /** For the user: what failed, why, what to do. */
    message: Type.String(),
    /** For the log: stack and causes. */
    detail: Type.String(),
  }),
]);
export type FromEngine = Static<typeof FromEngine>;

/** How a scan in the engine process ended well. */
export type EngineDone = Extract<FromEngine, { type: 'done' }>;

/** Environment variable of the engine process: most memory it may take in all, in bytes. */
export const MEMORY_LIMIT_VARIABLE = 'PINATA_ENGINE_MEMORY_LIMIT';
/** The last words on stderr of an engine process that has outgrown it. */
export const MEMORY_MARK = 'the engine process has outgrown its memory limit\n';
