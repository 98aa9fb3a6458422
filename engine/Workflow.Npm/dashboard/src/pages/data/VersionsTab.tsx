import { Link } from 'react-router';
import type { DatasetVersionState } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Hash } from '../../components/Copy';
import { MadeBy } from '../../components/MadeBy';
import { Pager } from '../../components/Pager';
import { Search } from '../../components/Search';
import { Split } from '../../components/Split';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { bytes, count, plural, slice } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { useDataset } from './DatasetPage';
import { VersionActs } from './VersionActs';
import { VersionDetails } from './VersionDetails';
import { VersionState } from './VersionState';

const PAGE = 50;
const RIGHT = 'right';
const OF_SLICE = ['offset'];
const COLUMNS = [
  'Version',
  'State',
  'Slice',
  { text: 'Rows', className: RIGHT },
  { text: 'Size', className: RIGHT },
  'Hash',
  'Made by',
  'Created',
  'Acts',
];

/** Every version with how it is kept, newest first; the chosen one beside the list. */
export function VersionsTab() {
  const { name } = useDataset();
  const [chosen, choose] = useParam('version');
  const [partition, setPartition] = useParam('slice', OF_SLICE);
  const [offset, setOffset] = useParam('offset');
  const from = Number(offset ?? 0);
  // A slice is asked for once it is whole: while one types it, all stay.
  const asked = partition && /^[^=,]+=[^,]+(,[^=,]+=[^,]+)*$/.test(partition) ? partition : undefined;
  const answer = useApi('/api/v2/datasets/{name}/versions', { path: { name }, query: { partition: asked, limit: PAGE, offset: from } });
  const waiting = useApi('/api/v2/reviews', { query: { state: 'open', dataset: name, limit: 1000 } });
  const reviews = new Map(waiting.data?.reviews.map((review) => [review.version, review.review_id]));
  return (
    <Answered answer={answer} what={`The versions of ${name}`}>
      {({ versions, total_entries }) => {
        const shown = versions.find(({ version }) => String(version) === chosen);
        return (
          <Split
            title={chosen && `${name} v${chosen}`}
            badge={shown && <VersionState of={shown} reviewId={reviews.get(shown.version)} />}
            panel={chosen && <VersionDetails dataset={name} version={Number(chosen)} listed={shown} />}
            onClose={() => choose(null)}
          >
            <div className="toolbar">
              <Search label="Slice key=value" value={partition ?? ''} onChange={setPartition} />
              <span className="muted">{plural(total_entries, 'version')}</span>
            </div>
            <Table label="Versions" columns={COLUMNS}>
              {versions.map((version) => (
                <Row
                  key={version.version}
                  dataset={name}
                  of={version}
                  reviewId={reviews.get(version.version)}
                  selected={version === shown}
                  onChoose={() => choose(String(version.version))}
                />
              ))}
            </Table>
            {versions.length === 0 && <p className="muted">No version is of this slice.</p>}
            <Pager from={from} page={PAGE} total={total_entries} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
          </Split>
        );
      }}
    </Answered>
  );
}

interface RowProps {
  dataset: string;
  of: DatasetVersionState;
  reviewId: number | undefined;
  selected: boolean;
  onChoose: () => void;
}

function Row({ dataset, of, reviewId, selected, onChoose }: RowProps) {
  return (
    <tr className={selected ? 'row-selected' : ''}>
      <td>
        <button type="button" className="link strong" onClick={onChoose} data-testid={`version-${of.version}`}>
          v{of.version}
        </button>
      </td>
      <td>
        <VersionState of={of} reviewId={reviewId} />
      </td>
      <td>{slice(of.partition) || '–'}</td>
      <td className="right number">{count(of.rows)}</td>
      <td className="right number">{bytes(of.bytes)}</td>
      <td>
        <Hash value={of.sha256} />
      </td>
      <td>
        <MadeBy of={of} />{' '}
        <Link className="muted run-id" title={of.run_id} to={links.run(of.dag_id, of.run_id)}>
          {of.run_id}
        </Link>
      </td>
      <td>
        <Time value={of.created_at} />
      </td>
      <td>
        <VersionActs dataset={dataset} of={of} />
      </td>
    </tr>
  );
}
