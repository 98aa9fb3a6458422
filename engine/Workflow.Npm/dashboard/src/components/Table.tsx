import type { KeyboardEvent, ReactNode } from 'react';

interface Props {
  /** Says to a screen reader what the rows are. */
  label: string;
  columns: (string | { text: string; className: string })[];
  children: ReactNode;
}

/** A table that scrolls inside itself; the arrow keys move between the rows' first links. */
export function Table({ label, columns, children }: Props) {
  return (
    <div className="table-scroll">
      <table aria-label={label} onKeyDown={moveBetweenRows}>
        <thead>
          <tr>
            {columns.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.text} scope="col" className={column.className}>
                  {column.text}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const row = (event.target as HTMLElement).closest('tr');
  if (step === 0 || !row || (event.target as HTMLElement).matches('select, input, textarea')) return;
  const rows = [...event.currentTarget.tBodies].flatMap((body) => [...body.rows]);
  for (let at = rows.indexOf(row) + step; at >= 0 && at < rows.length; at += step) {
    const target = rows[at]?.querySelector<HTMLElement>('a, button');
    if (!target) continue;
    event.preventDefault();
    target.focus();
    return;
  }
}
