import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { PanelAction, ToHost } from '#protocol/webview.ts';

const ACTIONS: PanelAction[] = ['retry', 'scan', 'cancel', 'show_log', 'restart_server', 'open_folder'];
/** Characters; the largest is a picture of a diagram. */
const LARGEST_FILE = 50_000_000;

const id = Type.Integer();
const Line = Type.Integer({ minimum: 1 });

/** What the panel may say; everything else is dropped. */
const Message = Type.Union([
  Type.Object({ type: Type.Literal('ready') }),
  Type.Object({ type: Type.Literal('action'), action: Type.Enum(ACTIONS) }),
  Type.Object({ type: Type.Literal('open'), root: Type.String(), file: Type.String(), line: Line, column: Line }),
  Type.Object({ type: Type.Literal('show_scan'), scan_id: Type.String() }),
  Type.Object({ type: Type.Literal('request'), id, path: Type.String() }),
  Type.Object({ type: Type.Literal('delete_scan'), id, scan_id: Type.String() }),
  Type.Object({
    type: Type.Literal('judge'),
    id,
    verdict: Type.Enum(['wrong', 'right']),
    root: Type.String(),
    source: Type.String({ minLength: 1, maxLength: 500 }),
    target: Type.String({ minLength: 1, maxLength: 500 }),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  }),
  Type.Object({
    type: Type.Literal('save'),
    id,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    content: Type.String({ maxLength: LARGEST_FILE }),
    encoding: Type.Enum(['utf8', 'base64']),
  }),
  Type.Object({ type: Type.Literal('export'), id, scan_id: Type.String(), format: Type.String() }),
]);

/** A message of the panel, null when it is not part of the protocol. */
export function parsePanelMessage(message: unknown): ToHost | null {
  return Value.Check(Message, message) ? message : null;
}
