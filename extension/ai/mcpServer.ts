import { createInterface } from 'node:readline';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ScanList } from '#protocol/http.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import { ServerClient } from '../server/client.ts';
import { parseEndpoint } from '../server/endpoint.ts';
import { Answers } from './answers.ts';
import { callTool } from './tools.ts';

/**
 * An MCP server over stdin and stdout: JSON-RPC 2.0, one message a line, of the Model Context Protocol's life cycle and
 * tools (https://modelcontextprotocol.io/specification/2025-06-18). It ends when stdin closes.
 */
const PROTOCOL_VERSIONS = ['2025-06-18', '2025-03-26', '2024-11-05'];
const METHOD_NOT_FOUND = -32_601;
const INVALID_REQUEST = -32_600;

const Message = Type.Object({
  jsonrpc: Type.Literal('2.0'),
  id: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  method: Type.String(),
  params: Type.Optional(Type.Object({})),
});
const Tools = Type.Array(
  Type.Object({ name: Type.String(), modelDescription: Type.String(), inputSchema: Type.Object({}) }),
);
const Initialize = Type.Object({ protocolVersion: Type.String() });
const Call = Type.Object({ name: Type.String(), arguments: Type.Optional(Type.Object({})) });

const { PINATA_MCP_ADDRESS: address = '', PINATA_MCP_TOKEN: token = '', PINATA_MCP_FOLDER: folder = '' } = process.env;
const tools = Value.Parse(Tools, JSON.parse(process.env['PINATA_MCP_TOOLS'] ?? '[]')).map((tool) => ({
  name: tool.name,
  description: tool.modelDescription,
  inputSchema: tool.inputSchema,
  annotations: { readOnlyHint: true, openWorldHint: false },
}));
const client = new ServerClient(parseEndpoint(address), token);

/** The newest completed scan of the folder; asked anew at each call, because a rescan replaces it. */
async function newestScan(): Promise<string> {
  const { scans } = await client.get('/scans', ScanList);
  const completed = scans.filter((scan) => scan.status === 'completed' && scan.roots[0]?.path === folder);
  const [newest] = completed.toSorted((a, b) => b.started_at.localeCompare(a.started_at));
  if (!newest) throw new Error('There is no completed scan: ask the user to run "Pinata: Scan Workspace"');
  return newest.scan_id;
}

/** What a tool says; a failure is told to the model, which can do something about it. */
async function call(params: unknown): Promise<object> {
  try {
    const { name, arguments: input } = Value.Parse(Call, params);
    const scanId = await newestScan();
    const source = {
      scanId,
      get: <T extends Parameters<typeof client.get>[1]>(path: string, schema: T) =>
        client.get(`/scan/${encodeURIComponent(scanId)}/${path}`, schema),
    };
    return { content: [{ type: 'text', text: await callTool(new Answers(source), name, input) }] };
  } catch (error) {
    return { content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }], isError: true };
  }
}

function initialized(params: unknown): object {
  const wanted = Value.Check(Initialize, params) ? params.protocolVersion : '';
  const protocolVersion = PROTOCOL_VERSIONS.find((version) => version === wanted) ?? PROTOCOL_VERSIONS[0];
  const serverInfo = { name: 'pinata', title: 'Pinata', version: PRODUCT_VERSION };
  return { protocolVersion, capabilities: { tools: {} }, serverInfo };
}

async function answer(method: string, params: unknown): Promise<object | null> {
  if (method === 'initialize') return initialized(params);
  if (method === 'ping') return {};
  if (method === 'tools/list') return { tools };
  return method === 'tools/call' ? call(params) : null;
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function receive(line: string): Promise<void> {
  const message = parse(line);
  if (!message) {
    send({ id: null, error: { code: INVALID_REQUEST, message: 'not a JSON-RPC message' } });
    return;
  }
  const { id, method, params } = message;
  // A message without an id is a notification, which is never answered.
  if (id === undefined) return;
  const result = await answer(method, params);
  if (result) send({ id, result });
  else send({ id, error: { code: METHOD_NOT_FOUND, message: `there is no method ${method}` } });
}

function parse(line: string) {
  try {
    const message: unknown = JSON.parse(line);
    return Value.Check(Message, message) ? message : null;
  } catch {
    // Reported by the caller together with JSON of another shape.
    return null;
  }
}

const input = createInterface({ input: process.stdin });
input.on('line', (line) => void receive(line));
input.on('close', () => client.dispose());
