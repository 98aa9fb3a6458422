import { Link } from 'react-router';
import { Answered } from '../../components/Answered';
import { CheckTable } from '../../components/CheckTable';
import { Fact } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { ExactTime } from '../../components/Time';
import { count, slice } from '../../lib/format';
import { links } from '../../lib/links';
import { REVIEW_STATES } from '../../lib/states';
import { useApi } from '../../state/useApi';
import { DecideForm } from './DecideForm';

/** A held version: what the gate found, and the decision. */
export function ReviewPanel({ reviewId }: { reviewId: number }) {
  const answer = useApi('/api/v2/reviews/{review_id}', { path: { review_id: reviewId } });
  return (
    <Answered answer={answer} what={`Review ${reviewId}`}>
      {(review) => (
        <>
          <dl className="facts">
            <StateBadge look={REVIEW_STATES[review.state]} large testId="review-state" />
            <Fact name="Dataset">
              <Link to={links.dataset(review.dataset, review.version)}>
                {review.dataset}
                {review.version != null && ` v${review.version}`}
              </Link>{' '}
              {slice(review.partition)}
            </Fact>
            <Fact name="Rows">{count(review.rows)}</Fact>
            <Fact name="Gate">
              <Link to={links.task(review.dag_id, review.run_id, review.task_id)}>
                {review.dag_id} / {review.task_id}
              </Link>
            </Fact>
            <Fact name="Held since">
              <ExactTime value={review.opened_at} />
            </Fact>
          </dl>
          {review.state !== 'open' && (
            <div className="why" data-testid="decision">
              <p>
                {REVIEW_STATES[review.state].word} by {review.decided_by}, <ExactTime value={review.decided_at} />
                {review.replacement != null && (
                  <>
                    {' '}
                    with <Link to={links.dataset(review.dataset, review.replacement)}>v{review.replacement}</Link> in its place
                  </>
                )}
              </p>
              <p className="sentence">{review.reason}</p>
            </div>
          )}
          <h3>What the gate found</h3>
          <CheckTable label="Checks" checks={review.checks} />
          {review.version != null && (
            <p className="row">
              <Link to={links.datasetTab(review.dataset, 'profile', { version: review.version })}>Profile of the version</Link>
              <Link to={links.datasetTab(review.dataset, 'drift', { current: review.version })}>Compare with another</Link>
            </p>
          )}
          {review.state === 'open' && <DecideForm review={review} />}
        </>
      )}
    </Answered>
  );
}
