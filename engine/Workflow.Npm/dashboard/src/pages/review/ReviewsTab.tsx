import { Link } from 'react-router';
import type { ReviewDetails, ReviewState } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Command, Empty } from '../../components/Messages';
import { Pager } from '../../components/Pager';
import { Split } from '../../components/Split';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { count, slice } from '../../lib/format';
import { links } from '../../lib/links';
import { REVIEW_STATES } from '../../lib/states';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { ReviewPanel } from './ReviewPanel';

const STATES: (ReviewState | 'all')[] = ['open', 'released', 'repaired', 'discarded', 'all'];
const PAGE = 50;
const OF_STATE = ['offset', 'review'];
const COLUMNS = ['Review', 'Why', 'Dataset', 'Slice', { text: 'Rows', className: 'right' }, 'Gate', 'Since'];

/** Versions that gates hold until a person decides. */
export function ReviewsTab() {
  const [state, setState] = useParam('state', OF_STATE);
  const [chosen, choose] = useParam('review');
  const [offset, setOffset] = useParam('offset');
  const from = Number(offset ?? 0);
  const shown = STATES.find((each) => each === state) ?? 'open';
  const query = { state: shown === 'all' ? undefined : shown, limit: PAGE, offset: from };
  const answer = useApi('/api/v2/reviews', { query });
  return (
    <Split
      title={chosen && `Review ${chosen}`}
      panel={chosen && <ReviewPanel key={chosen} reviewId={Number(chosen)} />}
      onClose={() => choose(null)}
    >
      <div className="toolbar">
        <div className="filters" role="group" aria-label="State">
          {STATES.map((each) => (
            <button key={each} type="button" aria-pressed={each === shown} onClick={() => setState(each === 'open' ? null : each)}>
              {each === 'all' ? 'All' : <StateBadge look={REVIEW_STATES[each]} />}
            </button>
          ))}
        </div>
      </div>
      <Answered answer={answer} what="The list of reviews">
        {({ reviews, total_entries }) =>
          reviews.length === 0 ? (
            <None state={shown} />
          ) : (
            <>
              <Table label="Reviews" columns={shown === 'all' ? [...COLUMNS, 'State'] : COLUMNS}>
                {reviews.map((review) => (
                  <Row
                    key={review.review_id}
                    of={review}
                    withState={shown === 'all'}
                    selected={String(review.review_id) === chosen}
                    onChoose={() => choose(String(review.review_id))}
                  />
                ))}
              </Table>
              <Pager from={from} page={PAGE} total={total_entries} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
            </>
          )
        }
      </Answered>
    </Split>
  );
}

interface RowProps {
  of: ReviewDetails;
  withState: boolean;
  selected: boolean;
  onChoose: () => void;
}

function Row({ of, withState, selected, onChoose }: RowProps) {
  return (
    <tr className={selected ? 'row-selected' : ''}>
      <td>
        <button type="button" className="link strong" onClick={onChoose} data-testid={`review-${of.review_id}`}>
          {of.review_id}
        </button>
      </td>
      <td className="wide">
        <div className="two-lines">{why(of)}</div>
      </td>
      <td>
        <Link to={links.dataset(of.dataset, of.version)}>
          {of.dataset}
          {of.version != null && ` v${of.version}`}
        </Link>
      </td>
      <td>{slice(of.partition) || '–'}</td>
      <td className="right number">{count(of.rows)}</td>
      <td>
        <Link to={links.task(of.dag_id, of.run_id, of.task_id)}>{of.task_id}</Link>
      </td>
      <td>
        <Time value={of.opened_at} />
      </td>
      {withState && (
        <td>
          <StateBadge look={REVIEW_STATES[of.state]} />
        </td>
      )}
    </tr>
  );
}

/** What the gate found, in words: the checks that did not pass. */
export function why({ checks }: ReviewDetails): string {
  const failing = checks.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'learning');
  return failing.map(({ check, column, message }) => `${check}${column ? ` ${column}` : ''}: ${message ?? ''}`).join(' ');
}

function None({ state }: { state: ReviewState | 'all' }) {
  if (state !== 'open' && state !== 'all') return <p className="muted">No version was {state}.</p>;
  return (
    <Empty title={state === 'open' ? 'Nothing waits for a person' : 'No version was ever held'}>
      <p>
        A version waits here when its gate says that a person decides, and a check fails. The run waits with it, without a worker, until
        somebody releases, repairs or discards the version. A gate says so with:
      </p>
      <Command text={'dag.Gate("quality", rows, gate => gate.NotNull("id").HoldBatches());'} />
    </Empty>
  );
}
