import { Link } from 'react-router';
import type { DatasetVersionState } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { links } from '../../lib/links';
import { VERSION_STATES } from '../../lib/states';

/** How a version is kept; one that waits for a person leads to where one decides. */
export function VersionState({ of, reviewId }: { of: DatasetVersionState; reviewId: number | undefined }) {
  return (
    <span className="state-counts">
      {reviewId === undefined ? (
        <StateBadge look={VERSION_STATES[kept(of)]} />
      ) : (
        <Link to={links.reviewOf(reviewId)} title="Waits for a person">
          <StateBadge look={VERSION_STATES.quarantined} />
        </Link>
      )}
      {of.hold && (
        <span title={`${of.hold.reason} (${of.hold.by})`}>
          <StateBadge look={VERSION_STATES.held} />
        </span>
      )}
    </span>
  );
}

function kept({ expired_at, cold_at, is_newest_of_slice }: DatasetVersionState) {
  if (expired_at) return 'expired';
  if (cold_at) return 'cold';
  return is_newest_of_slice ? 'newest' : 'replaced';
}
