/** Tokens into pipelines. */
import { lex, type Segment, ShellSyntaxError } from './lexer.ts';

export interface Word {
  segments: Segment[];
  raw: string;
}

/** Where a stream of a command goes to or comes from. */
export type Redirect =
  | { stream: 'in'; file: Word }
  | { stream: 'out' | 'error' | 'both'; append: boolean; file: Word }
  | { stream: 'error-to-out' }
  | { stream: 'out-to-error' };

export interface SimpleCommand {
  words: Word[];
  redirects: Redirect[];
}

/** Commands joined by pipes, and when they are run after the pipeline before. */
export interface Pipeline {
  when: 'always' | 'success' | 'failure';
  commands: SimpleCommand[];
}

const WHEN = { ';': 'always', '&&': 'success', '||': 'failure' } as const;

/** Words that begin what this shell has not. */
const KEYWORDS = new Set(['for', 'while', 'until', 'if', 'case', 'function', 'select', '{', '[[', '!']);

/**
 * Understand a line.
 * @throws ShellSyntaxError with bash's message
 */
export function parse(line: string): Pipeline[] {
  const tokens = lex(line);
  const pipelines: Pipeline[] = [];
  let command: SimpleCommand = { words: [], redirects: [] };
  let pipeline: Pipeline = { when: 'always', commands: [] };
  const isEmpty = () => command.words.length === 0 && command.redirects.length === 0;
  /** Something must have come before this operator. */
  const finishCommand = (operator: string): void => {
    if (isEmpty()) throw unexpected(operator);
    pipeline.commands.push(command);
    command = { words: [], redirects: [] };
  };
  const finishPipeline = (operator: keyof typeof WHEN): void => {
    finishCommand(operator);
    pipelines.push(pipeline);
    pipeline = { when: WHEN[operator], commands: [] };
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.is === 'word') {
      if (command.words.length === 0 && KEYWORDS.has(token.raw)) {
        throw new ShellSyntaxError(`bash: ${token.raw}: this shell has commands and pipes only (see help)`);
      }
      command.words.push(token);
    } else if (token.text === '|') finishCommand('|');
    else if (token.text === '\n') {
      // A line may go on after a pipe, && or ||.
      if (!isEmpty()) finishPipeline(';');
    } else if (token.text === ';' || token.text === '&&' || token.text === '||') finishPipeline(token.text);
    else if (token.text === '&') {
      throw new ShellSyntaxError("bash: `&': this shell runs nothing in the background");
    } else if (token.text === '(' || token.text === ')') throw unexpected(token.text);
    else if (token.text === '2>&1') command.redirects.push({ stream: 'error-to-out' });
    else if (token.text === '>&2') command.redirects.push({ stream: 'out-to-error' });
    else {
      const file = tokens[++i];
      if (file === undefined) throw unexpected('newline');
      if (file.is !== 'word') throw unexpected(file.text);
      command.redirects.push(redirectOf(token.text, file));
    }
  }
  if (!isEmpty()) finishCommand('newline');
  else if (pipeline.commands.length > 0 || (pipeline.when !== 'always' && pipelines.length > 0)) {
    throw new ShellSyntaxError('bash: syntax error: unexpected end of file');
  }
  if (pipeline.commands.length > 0) pipelines.push(pipeline);
  return pipelines;
}

function redirectOf(operator: string, file: Word): Redirect {
  if (operator === '<') return { stream: 'in', file };
  const append = operator.endsWith('>>');
  if (operator === '&>') return { stream: 'both', append, file };
  return { stream: operator.startsWith('2') ? 'error' : 'out', append, file };
}

function unexpected(token: string): ShellSyntaxError {
  return new ShellSyntaxError(`bash: syntax error near unexpected token \`${token}'`);
}
