import type { FullColumnProfile } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Histogram } from '../../components/charts/Histogram';
import { ValueStrip } from '../../components/charts/ValueBars';
import { Command } from '../../components/Messages';
import { Split } from '../../components/Split';
import { Table } from '../../components/Table';
import { VersionField } from '../../components/VersionField';
import { count, metric, percent, plural, slice, valueText } from '../../lib/format';
import { quoted } from '../../lib/params';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { useVersions } from '../../state/useVersions';
import { ColumnDetails, distinct, isCounted, quantile } from './ColumnDetails';
import { useDataset } from './DatasetPage';

const OF_WHOLE = ['version'];
const OF_VERSION = ['whole'];
const RIGHT = 'right';
const COLUMNS = [
  'Column',
  'Type',
  'Distribution',
  ...['Nulls', 'Distinct', 'Min', 'Mean', 'Max', '5 %', 'Median', '95 %'].map((text) => ({ text, className: RIGHT })),
];

/** What the columns of a version hold, or of the dataset as a whole: a column is a row, the chosen one beside. */
export function ProfileTab() {
  const { name } = useDataset();
  const [version, setVersion] = useParam('version', OF_VERSION);
  const [whole, setWhole] = useParam('whole', OF_WHOLE);
  const [chosen, choose] = useParam('column');
  const { data: versions = [] } = useVersions(name);
  const answer = useApi('/api/v2/datasets/{name}/profile', {
    path: { name },
    query: { version: version ?? undefined, whole: whole ? true : undefined },
  });
  return (
    <>
      <div className="toolbar">
        <VersionField
          label="Version or slice"
          value={version ?? ''}
          versions={versions}
          placeholder={whole ? 'all slices' : 'the newest'}
          onChange={setVersion}
        />
        <button type="button" aria-pressed={whole !== null} onClick={() => setWhole(whole ? null : '1')}>
          All slices together
        </button>
        {answer.data && (
          <span className="muted">
            v{answer.data.version}
            {answer.data.is_whole ? `, ${plural(answer.data.slices, 'slice')}` : ` ${slice(answer.data.partition)}`},{' '}
            {plural(answer.data.rows, 'row')}
          </span>
        )}
      </div>
      <Answered answer={answer} what="The profile">
        {({ columns, rows, is_whole, version: shown }) => {
          const column = columns.find((each) => each.column === chosen);
          return (
            <>
              <Split
                title={column ? column.column : null}
                panel={column && <ColumnDetails of={column} rows={rows} dataset={name} version={is_whole ? undefined : shown} />}
                onClose={() => choose(null)}
              >
                <Table label="Columns" columns={COLUMNS}>
                  {columns.map((each) => (
                    <Row key={each.column} of={each} rows={rows} selected={each === column} onChoose={() => choose(each.column)} />
                  ))}
                </Table>
              </Split>
              <Command text={`workflow datasets profile ${quoted(name)}${is_whole ? ' --whole' : ''} --version ${shown}`} />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function Row({ of, rows, selected, onChoose }: { of: FullColumnProfile; rows: number; selected: boolean; onChoose: () => void }) {
  const values = [of.min, of.mean == null ? null : String(of.mean), of.max, quantile(of, 0.05), quantile(of, 0.5), quantile(of, 0.95)];
  return (
    <tr className={selected ? 'row-selected' : ''}>
      <td>
        <button type="button" className="link strong" onClick={onChoose} data-testid={`column-${of.column}`}>
          {of.column}
        </button>
      </td>
      <td>
        <code>{of.type}</code>
      </td>
      <td className="chart-cell">
        {of.histogram.length > 0 ? (
          <Histogram bins={of.histogram} type={of.type} />
        ) : of.top_values.length > 0 ? (
          <ValueStrip values={of.top_values} of={of.count} />
        ) : (
          <span className="muted">{isCounted(of) ? 'too many values' : 'not told'}</span>
        )}
      </td>
      <td className="right number" title={count(of.nulls)}>
        {percent(of.nulls / Math.max(1, rows))}
      </td>
      <td className="right number">{distinct(of)}</td>
      {values.map((value, index) => (
        <td key={index} className="right number value-cell" title={value ?? undefined}>
          {index === 1 ? (of.mean == null ? '–' : metric(of.mean)) : valueText(value, of.type)}
        </td>
      ))}
    </tr>
  );
}
