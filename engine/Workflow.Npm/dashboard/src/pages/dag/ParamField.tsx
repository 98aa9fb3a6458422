import { useId } from 'react';
import type { Param } from '../../api/types';
import { asText } from '../../lib/params';

interface Props {
  param: Param;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

/** One parameter with its type, help and default; says what is wrong as one types. */
export function ParamField({ param, value, problem, onChange }: Props) {
  const id = useId();
  const choices = param.type === 'boolean' ? ['true', 'false'] : param.schema.enum?.map(asText);
  const { minimum, maximum, pattern } = param.schema;
  const limits = [minimum != null && `≥ ${minimum}`, maximum != null && `≤ ${maximum}`, pattern && `matches ${pattern}`].filter(Boolean);
  const shared = { id, value, 'aria-invalid': problem !== undefined, 'aria-describedby': `${id}-help` };
  return (
    <div className="field">
      <label className="field-name" htmlFor={id}>
        {param.name} <span className="muted">{[typeWord(param), ...limits, param.required && 'required'].filter(Boolean).join(', ')}</span>
      </label>
      {choices ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {!(param.required && value) && <option value="">{param.default == null ? '' : `default (${asText(param.default)})`}</option>}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : param.schema.format === 'date' ? (
        <input {...shared} type="date" onChange={(event) => onChange(event.target.value)} />
      ) : param.schema.format === 'date-time' ? (
        <input
          {...shared}
          type="datetime-local"
          step={1}
          value={localTime(value)}
          onChange={(event) => onChange(event.target.value && `${event.target.value}Z`)}
        />
      ) : (
        <input
          {...shared}
          inputMode={param.type === 'integer' ? 'numeric' : param.type === 'number' ? 'decimal' : 'text'}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <span id={`${id}-help`}>
        {problem && <span className="problem">{problem} </span>}
        <span className="muted">
          {param.help} {param.default != null && `Default ${asText(param.default)}.`}
        </span>
      </span>
    </div>
  );
}

/** What people call the type: a text that stands for a date is one to them. */
function typeWord({ type, schema }: Param): string {
  const choices = schema.items?.enum?.map(asText).join(', ');
  if (schema.format === 'date') return 'date';
  if (schema.format === 'date-time') return 'time in UTC';
  return type === 'array' ? `list, separated by commas${choices ? `, of ${choices}` : ''}` : type;
}

/** The field for a time has no zone: it shows UTC. */
function localTime(value: string): string {
  const time = Date.parse(value);
  return Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 19);
}
