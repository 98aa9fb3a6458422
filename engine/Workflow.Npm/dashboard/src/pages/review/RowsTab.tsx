import { Link } from 'react-router';
import { Answered } from '../../components/Answered';
import { Command, Empty } from '../../components/Messages';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';

/** Where the engine puts rows, and the column that says why they lie there. */
const ASIDE = [
  { suffix: '.quarantine', by: 'checks of a gate', column: 'quarantine_reasons' },
  { suffix: '.rejects', by: 'the source', column: 'reason' },
];
const COLUMNS = ['Dataset', 'Set aside by', { text: 'Rows, newest version', className: 'right' }, 'Of', 'Since', 'Why'];

/** Single rows that did not go on; each such dataset keeps them with the reason. */
export function RowsTab() {
  const answer = useApi('/api/v2/datasets', { query: { limit: 1000 } });
  return (
    <Answered answer={answer} what="The list of datasets">
      {({ datasets }) => {
        const aside = datasets.flatMap((dataset) => {
          const place = ASIDE.find(({ suffix }) => dataset.name.endsWith(suffix));
          return place ? [{ dataset, place }] : [];
        });
        return aside.length === 0 ? (
          <Empty title="No row was set aside">
            <p>
              Rows that a check of severity quarantine refuses go to a dataset of their own, <code>NAME.quarantine</code>, with the reasons;
              rows that a source cannot read to <code>NAME.rejects</code>. The others go on. A gate says so with:
            </p>
            <Command text={'gate.Between("price", 0, 10_000, severity: Severity.Quarantine)'} />
          </Empty>
        ) : (
          <Table label="Rows set aside" columns={COLUMNS}>
            {aside.map(({ dataset, place }) => (
              <tr key={dataset.name}>
                <td className="wide">
                  <Link className="strong" to={links.dataset(dataset.name)}>
                    {dataset.name}
                  </Link>
                </td>
                <td>{place.by}</td>
                <td className="right number">{dataset.latest_rows == null ? '–' : count(dataset.latest_rows)}</td>
                <td>
                  <Link to={links.dataset(dataset.name.slice(0, -place.suffix.length))}>{dataset.name.slice(0, -place.suffix.length)}</Link>
                </td>
                <td>
                  <Time value={dataset.latest_created_at} />
                </td>
                <td>
                  <Link to={links.datasetTab(dataset.name, 'profile', { column: place.column })}>Reasons</Link>
                </td>
              </tr>
            ))}
          </Table>
        );
      }}
    </Answered>
  );
}
