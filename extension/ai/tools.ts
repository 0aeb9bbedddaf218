import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Answers, Question } from './answers.ts';

/** What a model may ask with; more is ignored. */
const Asked = Type.Partial(
  Type.Object({
    text: Type.String({ maxLength: 200 }),
    table: Type.String({ maxLength: 500 }),
    file: Type.String({ maxLength: 1000 }),
    workflow_id: Type.String({ maxLength: 500 }),
    without_callers: Type.Boolean(),
    limit: Type.Integer({ minimum: 1 }),
  }),
);

/** Every tool and how it is answered; names as in `contributes.languageModelTools`. */
export const TOOLS: Readonly<Record<string, (answers: Answers, question: Question) => Promise<string>>> = {
  pinata_overview: (answers) => answers.overview(),
  pinata_find_workflows: (answers, question) => answers.findWorkflows(question),
  pinata_get_workflow: (answers, question) => answers.workflow(question),
  pinata_table_access: (answers, question) => answers.tableAccess(question),
  pinata_find_endpoints: (answers, question) => answers.findEndpoints(question),
};

/**
 * Answers a call of a tool.
 * @throws Error that tells the model what to do
 */
export async function callTool(answers: Answers, name: string, input: unknown): Promise<string> {
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (!tool) throw new Error(`There is no tool named ${name}`);
  const question: unknown = input ?? {};
  if (!Value.Check(Asked, question))
    throw new Error('The input does not fit: texts are strings, limit is a whole number');
  return tool(answers, question);
}
