/** JSON Schema (2020-12) of a valibot schema, as much of it as our own files use. Anything else is an error. */
import type * as v from 'valibot';

type Json = Record<string, unknown>;

interface Node {
  kind: string;
  type: string;
  [key: string]: unknown;
}

/** @throws Error for a schema it has no words for */
export function jsonSchema(schema: v.GenericSchema): Json {
  return convert(schema as unknown as Node);
}

function convert(node: Node): Json {
  const pipe = node['pipe'] as Node[] | undefined;
  if (pipe) return pipe.slice(1).reduce((json, step) => ({ ...json, ...action(step) }), convert(pipe[0]));
  switch (node.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type: node.type };
    case 'unknown':
      return {};
    case 'literal':
      return { const: node['literal'] };
    case 'picklist':
      return { enum: node['options'] };
    case 'union':
      return { anyOf: (node['options'] as Node[]).map(convert) };
    case 'array':
      return { type: 'array', items: convert(node['item'] as Node) };
    case 'record': {
      const names = convert(node['key'] as Node);
      return {
        type: 'object',
        ...(Object.keys(names).length > 1 ? { propertyNames: names } : {}),
        additionalProperties: convert(node['value'] as Node),
      };
    }
    case 'optional': {
      const json = convert(node['wrapped'] as Node);
      return node['default'] === undefined ? json : { ...json, default: node['default'] };
    }
    case 'strict_object': {
      const entries = Object.entries(node['entries'] as Record<string, Node>);
      return {
        type: 'object',
        properties: Object.fromEntries(entries.map(([name, entry]) => [name, convert(entry)])),
        required: entries.filter(([, { type }]) => type !== 'optional').map(([name]) => name),
        additionalProperties: false,
      };
    }
    default:
      throw new Error(`no JSON Schema for ${node.type}`);
  }
}

function action(step: Node): Json {
  const requirement = step['requirement'];
  switch (step.type) {
    case 'description':
      return { description: step['description'] };
    case 'integer':
      return { type: 'integer' };
    case 'finite':
      return {};
    case 'min_value':
      return { minimum: requirement };
    case 'max_value':
      return { maximum: requirement };
    case 'regex':
      return { pattern: (requirement as RegExp).source };
    default:
      throw new Error(`no JSON Schema for ${step.type}`);
  }
}
