import { Link } from 'react-router';
import type { Dataset } from '../../api/types';
import { Answered } from '../../components/Answered';
import { MadeBy } from '../../components/MadeBy';
import { Command, Empty } from '../../components/Messages';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';

/** Where the engine puts rows that do not go on: a gate's and a source's. */
const ASIDE = ['.quarantine', '.rejects'];
const COLUMNS = ['Dataset', 'Set aside from', { text: 'Rows, newest version', className: 'right' }, 'Since', 'Why'];

/** Single rows that did not go on; each such dataset keeps them with the reason. */
export function RowsTab() {
  const answer = useApi('/api/v2/datasets', { query: { limit: 1000 } });
  return (
    <Answered answer={answer} what="The list of datasets">
      {({ datasets }) => {
        const aside = datasets.filter(({ name }) => ASIDE.some((suffix) => name.endsWith(suffix)));
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
            {aside.map((dataset) => (
              <Row key={dataset.name} of={dataset} />
            ))}
          </Table>
        );
      }}
    </Answered>
  );
}

function Row({ of }: { of: Dataset }) {
  const newest = useApi('/api/v2/datasets/{name}/versions', { path: { name: of.name }, query: { limit: 1 } }).data?.versions[0];
  const origin = of.name.slice(0, of.name.lastIndexOf('.'));
  return (
    <tr>
      <td className="wide">
        <Link className="strong" to={links.dataset(of.name)}>
          {of.name}
        </Link>
      </td>
      <td>
        <Link to={links.dataset(origin)}>{origin}</Link>
      </td>
      <td className="right number">{of.latest_rows == null ? '–' : count(of.latest_rows)}</td>
      <td>
        <Time value={of.latest_created_at} />
      </td>
      <td>
        {of.name.endsWith('.rejects') ? (
          <Link to={links.datasetTab(of.name, 'profile', { column: 'reason' })}>reasons</Link>
        ) : (
          newest && <MadeBy of={newest} />
        )}
      </td>
    </tr>
  );
}
