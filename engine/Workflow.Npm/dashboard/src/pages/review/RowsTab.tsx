import { Link } from 'react-router';
import type { RowsAside } from '../../api/types';
import { Answered } from '../../components/Answered';
import { MadeBy } from '../../components/MadeBy';
import { Command, Empty } from '../../components/Messages';
import { Pager } from '../../components/Pager';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { count } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const PAGE = 50;
const COLUMNS = ['Dataset', 'Set aside from', { text: 'Rows, newest version', className: 'right' }, 'Since', 'Why'];

/** Single rows that did not go on; each such dataset keeps them with the reason. */
export function RowsTab() {
  const [offset, setOffset] = useParam('offset');
  const from = Number(offset ?? 0);
  const answer = useApi('/api/v2/rows_aside', { query: { limit: PAGE, offset: from } });
  return (
    <Answered answer={answer} what="The list of datasets">
      {({ rows_aside, total_entries }) =>
        total_entries === 0 ? (
          <Empty title="No row was set aside">
            <p>
              Rows that a check of severity quarantine refuses go to a dataset of their own, <code>NAME.quarantine</code>, with the reasons;
              rows that a source cannot read to <code>NAME.rejects</code>, or where the source says. The others go on. A gate says so with:
            </p>
            <Command text={'gate.Between("price", 0, 10_000, severity: Severity.Quarantine)'} />
          </Empty>
        ) : (
          <>
            <Table label="Rows set aside" columns={COLUMNS}>
              {rows_aside.map((aside) => (
                <Row key={aside.dataset} of={aside} />
              ))}
            </Table>
            <Pager
              from={from}
              page={PAGE}
              total={total_entries}
              words={['Before', 'After']}
              onMove={(to) => setOffset(to > 0 ? String(to) : null)}
            />
          </>
        )
      }
    </Answered>
  );
}

function Row({ of }: { of: RowsAside }) {
  return (
    <tr>
      <td className="wide">
        <Link className="strong" to={links.dataset(of.dataset)}>
          {of.dataset}
        </Link>
      </td>
      <td>{of.from == null ? '–' : <Link to={links.dataset(of.from)}>{of.from}</Link>}</td>
      <td className="right number">{count(of.rows)}</td>
      <td>
        <Time value={of.created_at} />
      </td>
      <td>{of.is_rejects ? <Link to={links.datasetTab(of.dataset, 'profile', { column: 'reason' })}>reasons</Link> : <MadeBy of={of} />}</td>
    </tr>
  );
}
