import type { ImportError } from '../api/types';

/** Every diagnostic of a file as the compiler writes it: file:line:column code message. */
export function Diagnostics({ of }: { of: ImportError }) {
  if (of.diagnostics.length === 0) return <pre className="diagnostics">{of.stack_trace}</pre>;
  return (
    <ul className="diagnostics">
      {of.diagnostics.map((item) => (
        <li key={`${item.file}:${item.line}:${item.column}:${item.code}:${item.message}`}>
          <code>
            {item.file}:{item.line}:{item.column}
          </code>{' '}
          <strong>{item.code}</strong> {item.message}
        </li>
      ))}
    </ul>
  );
}

/** Whether it kept the file from becoming a DAG; warnings do not. */
export function hasError(of: ImportError): boolean {
  return of.diagnostics.length === 0 || of.diagnostics.some((item) => item.severity === 'error');
}
