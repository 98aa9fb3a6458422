import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { LineageGraph } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Icon } from '../../components/Icon';
import { LineageView } from '../../components/LineageView';
import { MANY, shapeOf } from '../../components/lineageShape';
import { MadeBy } from '../../components/MadeBy';
import { Callout, Command } from '../../components/Messages';
import { Section } from '../../components/Page';
import { Table } from '../../components/Table';
import { plural } from '../../lib/format';
import { links } from '../../lib/links';
import { quoted } from '../../lib/params';
import { type Answer, useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const OF_DIRECTION = ['zoom'];

interface Props {
  /** Such as dataset:taxi.trips. */
  subject: string;
  version: string | null;
  /** The columns to ask about; a model has none. */
  columns: string[];
  children?: ReactNode;
}

/** Where something comes from or what was made of it, as a graph; of a column, what would break if it went. */
export function LineagePanel({ subject, version, columns, children }: Props) {
  const [direction, setDirection] = useParam('direction', OF_DIRECTION);
  const [column, setColumn] = useParam('column', OF_DIRECTION);
  const [folded, setFolded] = useParam('folded', OF_DIRECTION);
  const isDown = direction === 'downstream';
  // What would break is told by the newest versions of everything, so of no single one.
  const of = version && !(isDown && column) ? `${subject}@${version}` : subject;
  const query = { of, column: column ?? undefined };
  const up = useApi('/api/v2/lineage/upstream', isDown ? null : { query });
  const down = useApi('/api/v2/lineage/downstream', isDown ? { query } : null);
  const answer: Answer<LineageGraph> = isDown ? down : up;
  return (
    <>
      <div className="toolbar">
        {children}
        <div className="filters" role="group" aria-label="Direction">
          <button type="button" aria-pressed={!isDown} onClick={() => setDirection(null)}>
            Made from
          </button>
          <button type="button" aria-pressed={isDown} onClick={() => setDirection('downstream')} data-testid="downstream">
            Used in
          </button>
        </div>
        {columns.length > 0 && (
          <label className="version-field">
            <span className="muted">Column</span>
            <select value={column ?? ''} onChange={(event) => setColumn(event.target.value)}>
              <option value="">all</option>
              {columns.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <Answered answer={answer} what="The lineage">
        {(graph) => {
          const isFolded = folded ? folded === '1' : graph.nodes.length > MANY;
          const hasEdges = graph.edges.length > 0;
          return (
            <>
              {graph.is_truncated && (
                <Callout kind="retry" title="There is more than is shown: ask about a version, or about one column." />
              )}
              <p className="row">
                <span className="muted">{plural(graph.nodes.length, 'node')}</span>
                {(isFolded || graph.nodes.length > 2) && (
                  <label className="check">
                    <input type="checkbox" checked={isFolded} onChange={(event) => setFolded(event.target.checked ? '1' : '0')} />
                    fold versions
                  </label>
                )}
              </p>
              <LineageView key={`${of} ${direction} ${column} ${isFolded}`} shape={shapeOf(graph, isFolded)} />
              {!hasEdges && (
                <p className="muted">
                  {isDown
                    ? 'Nothing that the engine knows of was made of it.'
                    : 'It was made by code from nothing that the engine knows of.'}
                </p>
              )}
              {isDown && column && <Impact of={graph} column={column} />}
              <Command
                text={`workflow lineage ${isDown ? 'downstream' : 'upstream'} ${quoted(of)}${column ? ` --column ${quoted(column)}` : ''}`}
              />
            </>
          );
        }}
      </Answered>
    </>
  );
}

/** What has to be looked at before a column may go. */
function Impact({ of, column }: { of: LineageGraph; column: string }) {
  const hit = of.nodes.filter(({ id }) => !of.roots.includes(id));
  return (
    <Section title={`What would break if ${column} went`} note={plural(hit.length, 'thing')}>
      {hit.length === 0 ? (
        <p>Nothing that the engine knows of reads it.</p>
      ) : (
        <Table label="What would break" columns={['What', 'Kind', 'Columns', 'Made by']}>
          {hit.map((node) => (
            <tr key={node.id}>
              <td>
                {node.kind === 'gate' ? (
                  <span className="strong">{node.name}</span>
                ) : (
                  <Link
                    className="strong"
                    to={node.kind === 'model' ? links.model(node.name, node.version) : links.dataset(node.name, node.version)}
                  >
                    {node.name} v{node.version}
                  </Link>
                )}
              </td>
              <td>
                <Icon name={node.kind} /> {node.kind}
              </td>
              <td className="wide">{node.kind === 'gate' ? 'checks it' : (node.columns?.join(', ') ?? 'all')}</td>
              <td>{node.made_by && <MadeBy of={node.made_by} />}</td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
