import type { Param } from '../api/types';

/** What the form holds: the text of each field, empty when nothing is given. */
export type Fields = Record<string, string>;

export function initialFields(params: Param[], conf: Record<string, unknown>): Fields {
  return Object.fromEntries(params.map((param) => [param.name, asText(conf[param.name] ?? param.default)]));
}

export function asText(value: unknown): string {
  if (value == null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The typed value of a field; undefined when empty, the text itself when it is not of the type. */
export function valueOf(param: Param, text: string): unknown {
  if (text === '') return undefined;
  switch (param.type) {
    case 'integer':
    case 'number':
      return Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'string':
      return text;
    case 'array':
      return text.split(',').map((item) => item.trim());
  }
}

export function confOf(params: Param[], fields: Fields): Record<string, unknown> {
  const values = params.map((param) => [param.name, valueOf(param, fields[param.name] ?? '')] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** What is wrong with a value, as a sentence; undefined when nothing is. */
export function problemWith(param: Param, value: unknown): string | undefined {
  const { pattern, enum: choices, minimum, maximum } = param.schema;
  if (value == null) return param.required && param.default == null ? 'A value is required.' : undefined;
  if (param.type === 'integer' && !Number.isInteger(value)) return 'Must be a whole number.';
  if (param.type === 'number' && typeof value !== 'number') return 'Must be a number.';
  if (param.type === 'boolean' && typeof value !== 'boolean') return 'Must be true or false.';
  if (param.type === 'string' && typeof value !== 'string') return 'Must be text.';
  if (choices && !choices.includes(value)) return `Must be one of ${choices.join(', ')}.`;
  if (typeof value === 'number' && minimum != null && value < minimum) return `Must be at least ${minimum}.`;
  if (typeof value === 'number' && maximum != null && value > maximum) return `Must be at most ${maximum}.`;
  if (typeof value === 'string' && pattern && !matches(pattern, value)) return `Must match ${pattern}`;
  return undefined;
}

export function problems(params: Param[], conf: Record<string, unknown>): Record<string, string> {
  const known = new Set(params.map((param) => param.name));
  const found: Record<string, string> = {};
  for (const param of params) {
    const problem = problemWith(param, conf[param.name]);
    if (problem) found[param.name] = problem;
  }
  for (const name of Object.keys(conf)) {
    if (!known.has(name)) found[name] = 'The DAG has no such parameter.';
  }
  return found;
}

/** The same trigger on the command line, quoted for a POSIX shell. */
export function commandLine(dagId: string, conf: Record<string, unknown>): string {
  const base = `workflow dags trigger ${dagId}`;
  return Object.keys(conf).length === 0 ? base : `${base} --conf ${quoted(JSON.stringify(conf))}`;
}

/** A word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The API decides in the end; a pattern that only .NET understands is left to it. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}
